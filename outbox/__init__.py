"""Messages to send, and sending them; knows no sender."""
