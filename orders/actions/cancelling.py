"""Cancelling an order, with the fee of that minute; and declining one that waits."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.actions import give_back
from customers.models import User
from customers.refusals import Refusal
from engagements.actions import cancel_engagement
from orders import events, notices
from orders.actions.site_meetings import leave_meeting_alone
from orders.models import Order, OrderChange, Thread
from orders.queries import Fee, cancellation_fee, waiting_change_of
from outbox.actions import withdraw
from scheduling.actions import release

OPEN_STATES = (Order.State.WAITING, Order.State.CONFIRMED)


class OrderIsOver(Refusal):
    """The order was cancelled or is completed."""

    code = "order_is_over"
    status = 409
    sentence = _("This order is over; nothing can be changed any more.")


class OrderChanged(Refusal):
    """Somebody else changed the order after this page was shown. Source: promises row 6"""

    code = "order_changed"
    status = 409
    sentence = _("This order was changed while you were looking at it. See how it stands now, then decide again.")


class TooLateToCancel(Refusal):
    """The event has started: only the coordinator can cancel. Source: S39"""

    code = "too_late_to_cancel"
    status = 409
    sentence = _("The event has started. Write to your coordinator to end it.")


class FeeNotAccepted(Refusal):
    """A fee is due and was not accepted, or it is not the fee that was shown. Source: S41, S53"""

    code = "fee_not_accepted"
    status = 409
    sentence = _("Cancelling now costs a fee. Accept it to go on.")

    def __init__(self, fee: Fee) -> None:
        super().__init__()
        self.fee = fee

    @property
    def members(self) -> dict[str, object]:
        """The fee as programs get it, to be accepted."""
        return {"fee": {"percent": self.fee.percent, "amount": str(self.fee.amount), "currency": self.fee.currency}}


def locked_order(order: Order) -> Order:
    """The order, locked for this transaction, as it is now."""
    return (
        Order.objects.select_for_update(of=("self",))
        .select_related("organisation", "package", "site", "entitlement", "engagement")
        .get(pk=order.pk)
    )


def refuse_old_version(order: Order, version: int | None) -> None:
    """Let nobody decide about what they have not seen; None for who has seen no page.

    :raises OrderChanged: when the order is no longer that version.
    """
    if version is not None and version != order.version:
        raise OrderChanged


@transaction.atomic
def cancel_order(
    order: Order,
    *,
    accept_fee: Decimal | None,
    reason: str = "",
    by: User | None,
    by_staff: bool = False,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Cancel an order and free everyone. `accept_fee` and `version` are what was shown. Cancelling twice changes nothing. Locks the order.

    :raises OrderIsOver: when it is completed.
    :raises OrderChanged: when it is no longer the version that was shown.
    :raises TooLateToCancel: after the start, unless staff do it.
    :raises FeeNotAccepted: when a fee is due that is higher than what was accepted.
    Source: S39, S41, S53
    """
    order = locked_order(order)
    if order.state == Order.State.CANCELLED:
        return order
    if order.state not in OPEN_STATES:
        raise OrderIsOver
    refuse_old_version(order, version)
    if order.starts_at and order.starts_at <= now and not by_staff:
        raise TooLateToCancel
    fee = cancellation_fee(order, now=now)
    if fee.amount > (accept_fee or Decimal(0)):
        raise FeeNotAccepted(fee)
    was_confirmed = order.state == Order.State.CONFIRMED
    end_order(order, because=Order.CancelledBecause.CUSTOMER, reason=reason, fee=fee.amount, by=by, now=now)
    notices.say_cancelled(order, fee=fee, was_confirmed=was_confirmed, now=now)
    return order


@transaction.atomic
def decline_order(order: Order, *, reason: str, by: User, now: datetime) -> Order:
    """Decline a waiting order, without a fee. Declining what no longer waits is refused. Source: S9, S30

    :raises OrderIsOver: when the order does not wait any more.
    """
    order = locked_order(order)
    if order.state != Order.State.WAITING:
        raise OrderIsOver(_("This order does not wait any more."))
    end_order(order, because=Order.CancelledBecause.DECLINED, reason=reason, fee=Decimal(0), by=by, now=now)
    notices.say_declined(order, now=now)
    return order


def end_order(order: Order, *, because: str, reason: str, fee: Decimal, by: User | None, now: datetime) -> None:
    """Free people, give the entitlement back, close the engagement, drop what is still to be said. The caller holds the lock."""
    if order.entitlement:
        give_back(order.entitlement)  # before people are freed: who places an order takes the two in this order
    release(order.key, now=now)
    change = waiting_change_of(order)
    if change:
        close_change(change, state=OrderChange.State.WITHDRAWN, by=by, now=now)
    assert order.number
    withdraw(about=order.number, because=str(_("The order was cancelled.")), now=now)
    leave_meeting_alone(order, now=now)
    if order.engagement:
        cancel_engagement(order.engagement, by=by, now=now)
    asked = Thread.objects.filter(organisation_id=order.organisation_id, order=order).exclude(state=Thread.State.CLOSED)
    asked.update(state=Thread.State.CLOSED, closed_at=now, answer_due_at=None, warned_at=None)
    order.state, order.cancelled_at, order.cancelled_because = Order.State.CANCELLED, now, because
    order.cancellation_reason, order.cancellation_fee, order.updated_at = reason, fee, now
    order.waiting_reason, order.answer_due_at = "", None
    order.version += 1
    order.calendar_sequence += 1
    order.save()
    events.tell_cancelled(order, now=now)


def note_change(order: Order, *, now: datetime) -> None:
    """Let programs that follow changes see the order again: a move began or ceased to wait."""
    Order.objects.filter(pk=order.pk).update(updated_at=now)


def close_change(change: OrderChange, *, state: str, by: User | None, now: datetime, reason: str = "") -> None:
    """Answer a waiting move or offer, and free the time it held unless it was taken over."""
    if state != OrderChange.State.APPLIED:
        release(change.order.move_reference, now=now)
    change.state, change.decided_by, change.decided_at, change.reason = state, by, now, reason
    change.save(update_fields=["state", "decided_by", "decided_at", "reason"])
