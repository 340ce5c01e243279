"""Registers the orders app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """What a customer asked for and what we answered."""

    name = "orders"
    verbose_name = _("Orders")
