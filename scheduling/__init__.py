"""Whose time is free and whose is booked."""
