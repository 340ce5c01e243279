"""Registers the catalog app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """What can be ordered: packages, what each includes, rates, duties and entitlements."""

    name = "catalog"
    verbose_name = _("Catalogue")
