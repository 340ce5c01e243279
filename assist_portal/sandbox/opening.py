"""Opening a sandbox: an organisation with a site, stand-ins, and the right to order everything."""

from datetime import datetime, timedelta

from django.db import transaction

from catalog.actions import grant_entitlement
from catalog.models import Package
from customers.actions.organisations import add_site
from customers.models import Organisation, Platform, ScheduleUpdates, Site
from scheduling.actions import make_stand_ins
from scheduling.localtime import local_date

PLENTY = 1_000
LAST = timedelta(days=3660)


@transaction.atomic
def open_sandbox(*, key: str, name: str, now: datetime, language: str = "en", zone: str = "UTC") -> Site:
    """Make the organisation and all it needs to order; return its site."""
    sandbox = Organisation.objects.create(key=key, name=name, language=language, zone=zone, is_sandbox=True)
    make_stand_ins(sandbox, now=now)
    since = local_date(now, zone) - timedelta(days=1)
    for package in Package.objects.order_by("id"):
        until = None if package.term_months else since + LAST  # None is the end of the package's own term
        grant_entitlement(organisation=sandbox, package=package, quantity=PLENTY, valid_from=since, valid_until=until)
    updates = ScheduleUpdates.MANUAL
    return add_site(organisation=sandbox, host_name=f"{key}.webex.example", platform=Platform.MEETINGS, zone=zone, schedule_updates=updates)
