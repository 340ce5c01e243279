"""Orders and availability over the REST API: the same actions and queries as the pages."""
