"""Registers the webex app."""

from django.apps import AppConfig


class WebexConfig(AppConfig):
    """The connector to a Webex site."""

    name = "webex"
