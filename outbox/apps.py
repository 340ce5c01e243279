"""Registers the outbox app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages to send, and sending them; knows no sender."""

    name = "outbox"
