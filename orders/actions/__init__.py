"""Writes of orders, by the noun they write: drafts, placing, moves, cancelling, waiting orders, one-time links."""
