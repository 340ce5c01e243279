"""The description of the REST API, written from the code, and the pages that show it."""
