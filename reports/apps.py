"""Registers the reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Numbers for people, read-only over everything."""

    name = "reports"
