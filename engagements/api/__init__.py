"""Engagements over the REST API: reading them, their promises, their recordings."""
