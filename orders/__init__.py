"""What a customer asked for and what we answered."""
