"""What the beat asks of a worker about engagements; every scope is stated."""

from celery import shared_task
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from engagements import actions
from engagements.models import Engagement
from engagements.queries.readiness import engagements_at_a_mark
from webex.queries import watched_with_news

BATCH = 200


@shared_task
@unscoped
def find_cover() -> None:
    """Find someone else where the booked person is no longer available; opens the scope of everything for each batch."""
    actions.find_cover(now=timezone.now())


@shared_task
@unscoped
def ask_next() -> None:
    """Ask the next best where somebody said no, or nothing in time; opens the scope of everything for each seat."""
    actions.ask_next(now=timezone.now())


@shared_task
@scope(EVERYTHING)
def sync_states() -> None:
    """Carry engagements along with the clock."""
    actions.sync_states(now=timezone.now())


@shared_task
@unscoped
def send_warnings() -> None:
    """Say the warnings whose time has come; opens the scope of everything for each batch."""
    actions.send_warnings(now=timezone.now())


@shared_task
@unscoped
def flag_open_items() -> None:
    """Look at what customers still owe at the marks before their events; one transaction for each engagement."""
    now = timezone.now()
    with scope(EVERYTHING):
        waiting = engagements_at_a_mark(now=now)
    for pk in waiting:
        with scope(EVERYTHING):
            actions.flag_open_items(Engagement(pk=pk), now=now)


@shared_task
@unscoped
def read_site_news() -> None:
    """Take over what customers' sites told, each meeting in a transaction of its own."""
    with scope(EVERYTHING):
        news = list(watched_with_news()[:BATCH])
    for watched in news:
        with scope(EVERYTHING):
            actions.take_site_news(watched, now=timezone.now())
