"""What each kind of user does from beginning to end."""
