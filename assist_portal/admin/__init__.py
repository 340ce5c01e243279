"""What frames the admin's screens: the first page and the navigation."""
