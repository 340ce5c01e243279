"""Forms of orders: text to plain values; nothing is saved here."""
