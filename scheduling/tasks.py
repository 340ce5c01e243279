"""What the workers do with people's time."""

from celery import shared_task
from django.utils import timezone

from customers.tenancy import NOBODY, scope
from scheduling import actions


@shared_task
@scope(NOBODY)
def expire_holds() -> None:
    """Give back the time of holds that ran out. Bookings belong to no organisation. Source: S23, S48."""
    actions.expire_holds(now=timezone.now())


@shared_task
@scope(NOBODY)
def load_holidays() -> None:
    """Know the public holidays of this year and the next before they come."""
    actions.load_holidays(today=timezone.now().date())
