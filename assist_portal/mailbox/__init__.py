"""The development mailbox: a small mail server that keeps each message as a file, and pages to read them."""
