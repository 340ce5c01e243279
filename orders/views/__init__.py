"""Pages of orders: a door, a form, one action, a redirect."""
