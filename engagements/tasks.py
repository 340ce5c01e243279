"""What the beat asks of a worker about engagements; every scope is stated."""

from celery import shared_task
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from engagements import actions


@shared_task(expires=60)
@unscoped
def find_cover() -> None:
    """Find someone else where the booked person is no longer available; opens the scope of everything for each engagement."""
    actions.find_cover(now=timezone.now())


@shared_task(expires=60)
@scope(EVERYTHING)
def sync_states() -> None:
    """Carry engagements along with the clock."""
    actions.sync_states(now=timezone.now())


@shared_task(expires=60)
@unscoped
def send_warnings() -> None:
    """Say the warnings whose time has come; opens the scope of everything for each batch."""
    actions.send_warnings(now=timezone.now())
