"""About the code base itself."""
