"""Registers the customers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Who signs in and which organisation they belong to; sites, API keys, and the wall between tenants."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Register the system checks of the wall."""
        from customers import checks  # noqa: F401, PLC0415  # registering is its effect; models must be loaded first
