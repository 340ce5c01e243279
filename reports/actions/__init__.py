"""Writes of reports: files that are made, mails that are sent, people who are forgotten."""
