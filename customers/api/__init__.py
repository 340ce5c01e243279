"""An organisation over the REST API: its sites, and the key a program calls with."""
