"""What the coordinator's desk reads: what waits and what to do about it, and what was said and done about an order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel import Locale
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from catalog.models import StaffRole
from customers import times
from customers.models import User
from engagements.models import Assignment
from orders.models import Order, OrderChange
from orders.numbers import MalformedNumber, normalise
from orders.threads import about_changes
from outbox.models import Message
from scheduling.models import Booking

DUE_SOON = timedelta(hours=4)
LAST_MOVES = 20


def with_due(orders: QuerySet[Any]) -> QuerySet[Any]:
    """Add `offered_until` and `due_at` to each order: by when we have to answer, or the customer to whom another time is offered."""
    offers = OrderChange.objects.filter(order=OuterRef("pk"), state=OrderChange.State.WAITING, offered=True)
    offered_until = Subquery(offers.values("answer_due_at")[:1])
    due: QuerySet[Any] = orders.annotate(offered_until=offered_until, due_at=Coalesce("offered_until", "answer_due_at"))
    return due


def with_who_is_held(orders: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Add what `with_due` adds and `held_name` to each order, without a query for each."""
    held = _holds(OuterRef("key"), now=now)
    named: QuerySet[Any] = with_due(orders).annotate(held_name=Subquery(held.values("name")[:1]))
    return named


def late_moves(moves: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Return the moves that the coordinator decides, with `held_name` and `due_at`; offers are answered by the customer. Source: S39"""
    held = _holds(Concat(OuterRef("order__key"), Value(".m")), now=now)
    waiting: QuerySet[Any] = moves.filter(state=OrderChange.State.WAITING, offered=False)
    late: QuerySet[Any] = waiting.annotate(held_name=Subquery(held.values("name")[:1]), due_at=F("answer_due_at"))
    return late


def next_action(order: Any, zone: str) -> str:
    """Say what the coordinator can do next, times in the reader's zone; the order comes from `with_who_is_held`. Source: S9, S30, S48"""
    if order.offered_until:
        return _("Another time is offered: the customer answers by %(until)s.") % {"until": times.moment(order.offered_until, zone)}
    if order.waiting_reason == Order.WaitingReason.LATE:
        if order.held_name:
            return _("Confirm with %(name)s, who is held for it, offer another time, or decline.") % {"name": order.held_name}
        return _("Nobody is held any more: confirm with who is free, offer another time, or decline.")
    if order.waiting_reason == Order.WaitingReason.LANGUAGE:
        words = {"language": language_name(order.assist_language)}
        return _("Find someone who works in %(language)s, offer another time, or decline. The workers keep looking.") % words
    return _("Offer another time, or decline. The workers keep looking.")


def language_name(code: str) -> str:
    """Name a language in the reader's language."""
    return str(Locale(times.reader_language()).languages.get(code, code))


def looked_for(orders: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Find by the whole request number however it is typed, the contact's whole e-mail address, or the customer's whole reference.

    Equality only, so that indexes serve under row-level security.
    """
    words = words.strip()
    try:
        return orders.filter(number=normalise(words))
    except MalformedNumber:
        return orders.filter(email=words) if "@" in words else orders.filter(external_reference=words)


def mine(orders: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Return the orders of the organisations whose coordinator the person is now."""
    seats = Assignment.objects.filter(staff__user=user, role=StaffRole.COORDINATOR, ended_at__isnull=True)
    return orders.filter(organisation__in=seats.values("organisation"))


def overdue(now: datetime) -> Q:
    """Select what should have been answered by now, of rows with `due_at`."""
    return Q(due_at__lt=now)


def due_soon(now: datetime) -> Q:
    """Select what has to be answered within the next hours, of rows with `due_at`."""
    return Q(due_at__gte=now, due_at__lt=now + DUE_SOON)


@dataclass(frozen=True)
class Waiting:
    """How many orders wait for one reason, and how many of them overdue."""

    reason: str
    count: int
    overdue: int

    @property
    def label(self) -> str:
        """Say the reason."""
        return str(Order.WaitingReason(self.reason).label)


def waiting_by_reason(orders: QuerySet[Any], *, now: datetime) -> list[Waiting]:
    """Count what waits, one line for each reason, zero or not."""
    waiting = with_due(orders.filter(state=Order.State.WAITING))
    rows = waiting.values("waiting_reason").annotate(count=Count("id"), late=Count("id", filter=overdue(now)))
    found = {row["waiting_reason"]: (row["count"], row["late"]) for row in rows.order_by()}
    return [Waiting(reason, *found.get(reason, (0, 0))) for reason in Order.WaitingReason.values]


def messages_about(order: Order) -> QuerySet[Message]:
    """Return what was said about an order and the changes asked for, newest first."""
    assert order.number
    subjects = [order.number, about_changes(order.number)]
    return Message.objects.filter(organisation_id=order.organisation_id, about__in=subjects).order_by("-pk")


def confirmation_of(order: Order) -> Message | None:
    """Return the latest mail that told the customer when the assist takes place."""
    told = Q(key__startswith="order_confirmed:") | Q(key__startswith="order_moved:")
    return messages_about(order).filter(told, to=order.email).first()


def moves_of(order: Order) -> Iterable[OrderChange]:
    """List the moves and offers of an order, newest first."""
    return order.changes.select_related("requested_by", "decided_by").order_by("-requested_at", "-pk")[:LAST_MOVES]


def _holds(reference: Any, *, now: datetime) -> QuerySet[Any]:
    name = Concat(F("staff__user__first_name"), Value(" "), F("staff__user__last_name"), output_field=CharField())
    held = Booking.objects.filter(reference=reference, state=Booking.State.HELD, expires_at__gt=now)
    return held.annotate(name=name).order_by("start_at")
