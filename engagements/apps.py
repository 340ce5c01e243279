"""Registers the engagements app."""

from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    """The work a confirmed order opens: team, event days, tasks."""

    name = "engagements"
