"""Pages and addresses of the connector."""
