"""Of a later version."""
