"""An organisation's preferences and its sites."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation, Site
from customers.refusals import Refusal


class SiteListed(Refusal):
    """The organisation has this site."""

    code = "site_listed_already"
    sentence = _("%(host_name)s is listed already.")


def change_preferences(*, organisation: Organisation, language: str, zone: str) -> None:
    """Write what new members and shared mails start from. What was agreed with the provider is not theirs to change."""
    organisation.language, organisation.zone = language, zone
    organisation.save(update_fields=["language", "zone"])


def add_site(*, organisation: Organisation, host_name: str, platform: str, zone: str, schedule_updates: str) -> Site:
    """List a site of the organisation. Source: S20, S52.

    :raises SiteListed: when it has this site.
    """
    try:
        with transaction.atomic():
            return Site.objects.create(
                organisation=organisation, host_name=host_name, platform=platform, zone=zone, schedule_updates=schedule_updates
            )
    except IntegrityError as error:
        raise SiteListed(host_name=host_name) from error


def change_site(*, site: Site, platform: str, zone: str, schedule_updates: str, is_active: bool) -> None:
    """Change what is known about a site; switched off, it is no longer offered, and its orders stay."""
    site.platform, site.zone, site.schedule_updates, site.is_active = platform, zone, schedule_updates, is_active
    site.save(update_fields=["platform", "zone", "schedule_updates", "is_active"])
