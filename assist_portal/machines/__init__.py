"""Answers for machines: is the process alive, is the portal ready, how busy is it, whom to tell about a weakness."""
