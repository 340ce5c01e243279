"""What the desk shows of one order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.audit import Change, audit_trail
from customers.models import User
from orders.admin.read_only import STATE_COLOURS
from orders.desk import language_name, messages_about, moves_of, next_action, with_who_is_held
from orders.models import Order
from orders.notices import facts
from orders.queries import shifted_days, waiting_change_of
from scheduling.queries import bookings_of

SHOWN_CHANGES = 8
# Columns of the audit trail that tell a reader nothing, or what stands elsewhere on the page.
UNTOLD = (
    "number",
    "version",
    "step",
    "entitlement",
    "engagement",
    "price",
    "cancellation",
    "terms",
    "ends_at",
    "placed_at",
    "confirmed_at",
    "cancelled_at",
)


@dataclass(frozen=True)
class Happening:
    """One change of the order in words."""

    at: datetime
    who: User | None
    lines: tuple[str, ...]


def everything_about(order: Order, *, zone: str, now: datetime) -> dict[str, Any]:
    """Collect it: the facts the customer sees, and what only the desk sees. Times of the desk are told in the reader's zone."""
    waiting: Any = with_who_is_held(Order.objects.filter(pk=order.pk), now=now).get() if order.state == Order.State.WAITING else None
    return {
        **facts(order),
        "title": order.number,
        "now": now,
        "zone": zone,
        "tone": STATE_COLOURS.get(Order.State(order.state), "default"),
        "language": language_name(order.assist_language),
        "mail_language": language_name(order.mail_language),
        "next_action": next_action(waiting, zone) if waiting else "",
        "is_overdue": bool(order.answer_due_at and order.answer_due_at < now),
        "waiting_change": waiting_change_of(order),
        "shifted": shifted_days(order, now=now),
        "moves": moves_of(order),
        "booked": list(bookings_of(order.key, now=now)) + list(bookings_of(order.move_reference, now=now)),
        "mails": messages_about(order),
        "history": happenings(audit_trail(order)),
    }


def happenings(changes: list[Change]) -> list[Happening]:
    """Tell the latest changes of an order, newest first, each by what a coordinator wants to know of it."""
    names = {field.name: str(field.verbose_name) for field in Order._meta.concrete_fields}
    untold, start = {names[name] for name in UNTOLD}, names["starts_at"]
    told = [Happening(each.at, each.who, tuple(_lines(each, untold, start))) for each in changes]
    return [each for each in told if each.lines][:SHOWN_CHANGES]


def _lines(change: Change, untold: set[str], start: str) -> Iterator[str]:
    if change.label == "insert":
        yield _("Begun")
        return
    for field in change.fields:
        if field.name == start:
            yield _("Another time") if field.before else _("A time was chosen")
        elif field.name not in untold and field.after:
            yield f"{capfirst(field.name)}: {field.after}"
