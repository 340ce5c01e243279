"""What the workers do for orders; each finds its work in the database, so a lost message loses nothing."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope, unscoped
from engagements.models import Engagement
from orders.actions.checking import answer_some
from orders.actions.invoicing import BILLED_STATES, settle_order
from orders.actions.site_meetings import tell_outcome
from orders.actions.threads import warn_unanswered
from orders.actions.waiting import complete_order, expire_change, recheck
from orders.actions.zone_rules import tell_shifted
from orders.models import BulkCheck, Order, OrderChange, Thread
from orders.threads import unwarned
from webex.queries import updates_with_news

BATCH = 200
ONE_RUN = timedelta(seconds=20)


@shared_task
@unscoped
def recheck_waiting_orders() -> None:
    """Look again for people for waiting orders, and let unanswered moves run out."""
    now = timezone.now()
    for pk in _ids(Order.objects.filter(state=Order.State.WAITING, organisation__is_sandbox=False).order_by("answer_due_at")):
        with scope(EVERYTHING):
            recheck(Order.objects.get(pk=pk), now=now)
    for pk in _ids(OrderChange.objects.filter(state=OrderChange.State.WAITING, answer_due_at__lte=now).order_by("answer_due_at")):
        with scope(EVERYTHING):
            expire_change(OrderChange.objects.get(pk=pk), now=now)


@shared_task
@unscoped
def answer_bulk_checks() -> None:
    """Answer the questions that programs asked in bulk, the oldest first."""
    open_checks = BulkCheck.objects.filter(done_at__isnull=True).order_by("asked_at")
    until = timezone.now() + ONE_RUN
    for pk in _ids(open_checks):
        more = True
        while more and timezone.now() < until:
            with scope(EVERYTHING):
                more = answer_some(pk, now=timezone.now())


@shared_task
@unscoped
def complete_orders() -> None:
    """Complete the orders whose engagement is closed."""
    now = timezone.now()
    for pk in _ids(Order.objects.filter(state=Order.State.CONFIRMED, engagement__state=Engagement.State.CLOSED).order_by("pk")):
        with scope(EVERYTHING):
            complete_order(Order.objects.get(pk=pk), now=now)


@shared_task
@unscoped
def issue_invoices() -> None:
    """Bill the orders that are over and not yet billed."""
    now = timezone.now()
    for pk in _ids(
        Order.objects.filter(state__in=BILLED_STATES, settled_at__isnull=True, organisation__is_sandbox=False).order_by("updated_at")
    ):
        with scope(EVERYTHING):
            settle_order(Order.objects.get(pk=pk), now=now)


@shared_task
@unscoped
def warn_of_unanswered_changes() -> None:
    """Warn once about each promised answer that is overdue."""
    now = timezone.now()
    for pk in _ids(unwarned(now=now)):
        with scope(EVERYTHING):
            warn_unanswered(Thread.objects.get(pk=pk), now=now)


@shared_task
@scope(EVERYTHING)
def tell_site_updates() -> None:
    """Say what became of the changes on customers' sites."""
    now = timezone.now()
    for update in updates_with_news()[:BATCH]:
        tell_outcome(update, now=now)


@shared_task
@scope(EVERYTHING)
def look_for_new_zone_rules() -> None:
    """Tell the coordinators which orders the pinned zone rules of today would put at another time."""
    tell_shifted(now=timezone.now())


def _ids(rows: QuerySet[Any]) -> list[int]:
    with scope(EVERYTHING):
        return list(rows.values_list("pk", flat=True)[:BATCH])
