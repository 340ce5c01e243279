"""What changes about people, organisations and keys: one verb, one function, one transaction."""
