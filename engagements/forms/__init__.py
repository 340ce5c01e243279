"""What people type about engagements, turned into values."""
