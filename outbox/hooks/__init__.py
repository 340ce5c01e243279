"""Telling programs: what is posted and signed, where it may go, and the posting itself."""
