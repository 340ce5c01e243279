"""What programs get about orders: plain rows to JSON, in a fixed number of queries however long the list is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from customers.rest.fields import instant
from orders import pricing
from orders.models import Order, OrderChange, OrderDay, OrderService
from orders.plain import days_out
from orders.queries import days_of_order, services_of
from scheduling.windows import EventDay, Rule, cover_days

CONTACT = {"first_name": "first_name", "last_name": "last_name", "phone": "phone_text", "email": "email", "company": "company"}
MEETING = ("is_scheduled", "host_id", "host_name", "host_email", "meeting_number", "meeting_link")
EVENT = ("title", "event_kind", "attendees", "presenters", "sessions", "comments", "streaming", "branded_app", "content_build")
RULE = ("package__lead_in_minutes", "package__lead_out_minutes", "package__daily_cap_minutes")
COLUMNS = (
    "id", "number", "state", "version", "waiting_reason", "answer_due_at", "package__code", "site__host_name", "starts_at", "ends_at",
    "zone", "assist_language", "price", "cancellation", "engagement__number", "external_reference", "placed_at", "updated_at",
    "cancelled_at", "cancelled_because", "cancellation_fee", *CONTACT.values(), *MEETING, *EVENT, *RULE,
)  # fmt: skip
PHONE = Cast("phone", TextField())  # what is kept is what is told: reading it as a number and writing it again cost a third of a list
Row = dict[str, Any]
Values = Sequence[tuple[Any, ...]]


def order_out(order: Order) -> dict[str, Any]:
    """One order as programs get it, read afresh."""
    return orders_out(rows_of_orders(Order.objects.filter(organisation_id=order.organisation_id, pk=order.pk)))[0]


def placed_out(order: Order) -> dict[str, Any]:
    """An order that was just placed, from what was written: the same as `order_out`, which would read it all again."""
    known = {
        name: reduce(lambda row, part: row and getattr(row, part), name.split("__"), order) for name in COLUMNS if name != "phone_text"
    }
    days = [(day.starts_at, day.ends_at) for day in days_of_order(order)]
    services = {each.service.code: each.quantity for each in services_of(order)}
    return _order({**known, "phone_text": str(order.phone)}, days, services, ())


def rows_of_orders(orders: QuerySet[Order]) -> QuerySet[Any]:
    """The columns that `orders_out` wants."""
    rows: QuerySet[Any] = orders.annotate(phone_text=PHONE).values(*COLUMNS)
    return rows


def orders_out(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write rows of `rows_of_orders`; three more queries for all of them together."""
    rows = list(rows)
    ids = [row["id"] for row in rows]
    days = _by_order(OrderDay.objects.filter(order__in=ids).order_by("order", "position").values_list("order_id", "starts_at", "ends_at"))
    services = _by_order(OrderService.objects.filter(order__in=ids).order_by("id").values_list("order_id", "service__code", "quantity"))
    waiting = OrderChange.objects.filter(order__in=ids, state=OrderChange.State.WAITING)
    moves = _by_order(waiting.values_list("order_id", "new_starts_at", "answer_due_at", "offered"))
    return [_order(row, days[row["id"]], dict(services[row["id"]]), moves[row["id"]]) for row in rows]


def _by_order(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for order_id, *values in rows:
        found[order_id].append(tuple(values))
    return found


def _order(
    row: dict[str, Any], days: Sequence[tuple[Any, ...]], services: dict[str, int], moves: Sequence[tuple[Any, ...]]
) -> dict[str, Any]:
    """No primary keys, amounts as text."""
    number = row["number"]
    return {
        "number": number,
        "status": row["state"],
        "version": row["version"],
        "waiting_reason": row["waiting_reason"] or None,
        "answer_due_at": instant(row["answer_due_at"]),
        "package": row["package__code"],
        "site": row["site__host_name"],
        "starts_at": instant(row["starts_at"]),
        "ends_at": instant(row["ends_at"]),
        "time_zone": row["zone"],
        "days": days_out(cover_days(tuple(EventDay(*each) for each in days), _rule(row))),
        "language": row["assist_language"],
        "contact": {name: row[column] for name, column in CONTACT.items()},
        "meeting": {name: row[name] for name in MEETING},
        "event": {name: row[name] for name in EVENT},
        "services": services,
        "price": row["price"],
        "cancellation": [_fee(each) for each in _fees(row)],
        "waiting_move": _move(moves),
        "cancelled": _cancelled(row),
        "engagement": row["engagement__number"],
        "external_reference": row["external_reference"] or None,
        "placed_at": instant(row["placed_at"]),
        "updated_at": instant(row["updated_at"]),
        "links": {"self": f"/api/v1/orders/{number}/", "page": f"/orders/{number}/"},
    }


def _rule(row: dict[str, Any]) -> Rule:
    lead_in, lead_out, cap = (row[name] for name in RULE)
    return Rule(timedelta(minutes=lead_in), timedelta(minutes=lead_out), timedelta(minutes=cap) if cap else None)


def _fees(row: dict[str, Any]) -> tuple[pricing.FeeRow, ...]:
    """The fee by date by the frozen terms. Source: S37"""
    tiers = tuple(pricing.Tier(timedelta(minutes=each["minutes_before"]), each["percent"]) for each in row["cancellation"]["tiers"])
    return pricing.fee_table(starts_at=row["starts_at"], zone=row["zone"], price=Decimal(row["price"]["contract"]), tiers=tiers)


def _fee(row: pricing.FeeRow) -> dict[str, Any]:
    return {"from": instant(row.from_at), "until": instant(row.until_at), "percent": row.percent, "amount": str(row.amount)}


def _move(moves: Sequence[tuple[datetime, datetime, bool]]) -> dict[str, Any] | None:
    if not moves:
        return None
    starts_at, due_at, offered = moves[0]
    return {"starts_at": instant(starts_at), "answer_due_at": instant(due_at), "offered_by_us": offered}


def _cancelled(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["cancelled_at"] is None:
        return None
    fee = None if row["cancellation_fee"] is None else str(row["cancellation_fee"])
    return {"at": instant(row["cancelled_at"]), "because": row["cancelled_because"], "fee": fee}
