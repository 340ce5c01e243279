"""What every call of the REST API shares: the view, once-only answers, pages of a list, versions, fields, limits."""
