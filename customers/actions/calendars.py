"""Addresses that calendars subscribe to."""

from datetime import datetime

from django.db import transaction

from customers.keys import digest_of, new_token
from customers.models import CalendarFeed, Organisation, User


@transaction.atomic
def make_feed(*, organisation: Organisation | None, user: User | None, now: datetime) -> str:
    """Draw a new address and return its secret, which is shown this once; the former address opens nothing any more."""
    revoke_feed(organisation=organisation, user=user)
    token = new_token()
    CalendarFeed.objects.create(organisation=organisation, user=user, digest=digest_of(token), created_at=now)
    return token


@transaction.atomic
def revoke_feed(*, organisation: Organisation | None, user: User | None) -> None:
    """Make the address worthless at once. Safe to run twice."""
    CalendarFeed.objects.filter(organisation=organisation, user=user).delete()
