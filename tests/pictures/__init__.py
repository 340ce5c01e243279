"""The pictures of the guides, taken from the running portal with its demo data: `make pictures`."""
