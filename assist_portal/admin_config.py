"""Registers Django's admin with the portal's own site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Stands apart from apps.py, because Django reads this before any model."""

    default_site = "assist_portal.admin_site.PortalAdminSite"
