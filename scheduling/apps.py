"""Registers the scheduling app."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Whose time is free and whose is booked."""

    name = "scheduling"
