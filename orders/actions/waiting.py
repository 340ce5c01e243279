"""Orders and moves that wait: the coordinator's answers, the workers' new looks, and what becomes of them in time."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements.models import Engagement
from orders import notices
from orders.actions.cancelling import OrderIsOver, close_change, end_order, locked_order
from orders.actions.moving import decline_move
from orders.actions.placing import PersonTaken, confirm
from orders.models import Order, OrderChange
from orders.queries import hold_length, need_of_order, staff_of_order, waiting_change_of
from scheduling.actions import NobodyFree, book, hold
from scheduling.models import StaffMember

WORKERS_DECIDE = (Order.WaitingReason.LANGUAGE, Order.WaitingReason.NOBODY_FREE)


class PersonNotFree(Refusal):
    """The chosen person cannot take the order."""

    code = "person_not_free"
    status = 409
    sentence = _("This person is not free at that time, or lacks the role, certificate or language.")


@transaction.atomic
def confirm_waiting(order: Order, *, staff: StaffMember | None = None, by: User, now: datetime) -> Order:
    """Confirm a waiting order at its own time, with this person, or with who is held for it or else free. Locks the order.

    A time that was offered instead is withdrawn.

    :raises OrderIsOver: when it does not wait any more.
    :raises PersonNotFree: when the chosen person cannot take it.
    :raises PersonTaken: when nobody can.
    Source: S9, S30
    """
    order = _waiting_order(order)
    need, prefer = need_of_order(order), staff.pk if staff else staff_of_order(order, now=now)
    try:
        held = hold(need, reference=order.key, now=now, until=now + hold_length(), prefer=prefer)
    except NobodyFree as nobody:
        raise PersonTaken((), need) from nobody
    if staff and held[0].staff_id != staff.pk:
        raise PersonNotFree
    book(order.key, need=need, now=now)
    return _confirm(order, by=by, now=now)


@transaction.atomic
def recheck(order: Order, *, now: datetime) -> bool:
    """Look again for someone for a waiting order; end it when its time has come. True when something changed. Safe to run twice.

    Source: S30, S48
    """
    order = locked_order(order)
    if order.state != Order.State.WAITING or order.starts_at is None:
        return False
    if order.starts_at <= now:
        end_order(order, because=Order.CancelledBecause.EXPIRED, reason="", fee=Decimal(0), by=None, now=now)
        notices.say_expired(order, now=now)
        return True
    if order.waiting_reason not in WORKERS_DECIDE:
        return False
    try:
        book(order.key, need=need_of_order(order), now=now, anyone=True)
    except NobodyFree:
        return False
    _confirm(order, by=None, now=now)
    return True


@transaction.atomic
def expire_change(change: OrderChange, *, now: datetime) -> None:
    """Let a move or an offer that nobody answered in time run out; the customer is told. Safe to run twice. Source: S39"""
    fresh = OrderChange.objects.select_related("order").get(pk=change.pk)
    if fresh.state == OrderChange.State.WAITING and fresh.answer_due_at and fresh.answer_due_at <= now:
        decline_move(fresh, reason="", by=None, now=now, expired=True)


@transaction.atomic
def complete_order(order: Order, *, now: datetime) -> None:
    """Complete a confirmed order whose engagement is closed. Safe to run twice."""
    order = locked_order(order)
    if order.state == Order.State.CONFIRMED and order.engagement and order.engagement.state == Engagement.State.CLOSED:
        order.state, order.updated_at = Order.State.COMPLETED, now
        order.version += 1
        order.save(update_fields=["state", "updated_at", "version"])


def _confirm(order: Order, *, by: User | None, now: datetime) -> Order:
    """Confirm at the order's own time, which makes an offer of another one pointless."""
    offer = waiting_change_of(order)
    if offer:
        close_change(offer, state=OrderChange.State.WITHDRAWN, by=by, now=now)
    return confirm(order, by=by, now=now)


def _waiting_order(order: Order) -> Order:
    order = locked_order(order)
    if order.state != Order.State.WAITING:
        raise OrderIsOver(_("This order does not wait any more."))
    return order
