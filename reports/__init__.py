"""Numbers for people, read-only over everything."""
