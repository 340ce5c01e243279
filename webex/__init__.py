"""The connector to a Webex site."""
