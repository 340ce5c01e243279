"""What programs get about orders: plain rows to JSON, in one query however long the list is."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, Field, FilteredRelation, Func, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from customers.rest.fields import instant
from customers.statements import Given, Statement
from orders import pricing
from orders.models import Order, OrderChange, OrderDay, OrderService
from orders.plain import days_out
from orders.queries import days_of_order, services_of
from scheduling.windows import EventDay, Rule, cover_days

CONTACT = {"first_name": "first_name", "last_name": "last_name", "phone": "phone_text", "email": "email", "company": "company"}
MEETING = ("is_scheduled", "host_id", "host_name", "host_email", "meeting_number", "meeting_link")
EVENT = ("title", "event_kind", "attendees", "presenters", "sessions", "comments", "streaming", "branded_app", "content_build")
MOVE = ("waiting__new_starts_at", "waiting__answer_due_at", "waiting__offered")
RULE = ("package__lead_in_minutes", "package__lead_out_minutes", "package__daily_cap_minutes")
COLUMNS = (
    "number", "state", "version", "waiting_reason", "answer_due_at", "package__code", "site__host_name", "starts_at", "ends_at",
    "zone", "assist_language", "price_text", "tiers_text", "engagement_id", "external_reference", "placed_at", "updated_at",
    "cancelled_at", "cancelled_because", "cancellation_fee", "spans", "asked_for", *CONTACT.values(), *MEETING, *EVENT, *MOVE, *RULE,
)  # fmt: skip
PRICE, TIERS = Cast("price", TextField()), Cast("cancellation__tiers", TextField())  # many orders have the same: each is read once
PHONE = Cast("phone", TextField())  # what is kept is what is told: reading it as a number and writing it again cost a third of a list
Row = dict[str, Any]


def _arrays(rows: QuerySet[Any], *columns: Any, of: "Field[Any, Any]") -> ArraySubquery:
    """What hangs on an order, each row of it an array of these columns."""
    one = Func(*columns, template="ARRAY[%(expressions)s]", output_field=ArrayField(of))
    return ArraySubquery(rows.filter(order=OuterRef("pk")).values_list(one))


# An order with what hangs on it, written once: writing the query costs more than its answer.
ROWS: QuerySet[Any] = Order.objects.annotate(
    phone_text=PHONE,
    price_text=PRICE,
    tiers_text=TIERS,
    waiting=FilteredRelation("changes", condition=Q(changes__state=OrderChange.State.WAITING)),  # one at most
    spans=_arrays(OrderDay.objects.order_by("position"), "starts_at", "ends_at", of=DateTimeField()),
    asked_for=_arrays(OrderService.objects.order_by("id"), "service__code", Cast("quantity", TextField()), of=TextField()),
).values(*COLUMNS)
_ROW = Statement(ROWS.filter(organisation_id=Given("organisation"), pk=Given("order")))


def order_out(order: Order) -> dict[str, Any]:
    """One order as programs get it, read afresh."""
    [row] = _ROW.ask(organisation=order.organisation_id, order=order.pk)
    return order_row_out(row)


def placed_out(order: Order) -> dict[str, Any]:
    """An order that was just placed, from what was written: the same as `order_out`, which would read it all again."""
    assert order.price
    assert order.cancellation
    hanging = {
        "phone_text": str(order.phone),
        "spans": [(day.starts_at, day.ends_at) for day in days_of_order(order)],
        "asked_for": [(each.service.code, each.quantity) for each in services_of(order)],
        "price_text": json.dumps(order.price),
        "tiers_text": json.dumps(order.cancellation["tiers"]),
        **dict.fromkeys(MOVE),
    }
    own = {name: reduce(lambda row, part: row and getattr(row, part), name.split("__"), order) for name in COLUMNS if name not in hanging}
    return order_row_out(own | hanging)


def order_row_out(row: Row) -> dict[str, Any]:
    """Write one of the ROWS: no primary keys, amounts as text."""
    number, price = row["number"], _price(row["price_text"])
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
        "days": days_out(cover_days(tuple(EventDay(*each) for each in row["spans"]), _rule(*(row[name] for name in RULE)))),
        "language": row["assist_language"],
        "contact": {name: row[column] for name, column in CONTACT.items()},
        "meeting": {name: row[name] for name in MEETING},
        "event": {name: row[name] for name in EVENT},
        "services": {code: int(quantity) for code, quantity in row["asked_for"]},
        "price": price,
        "cancellation": _fees(row, Decimal(price["contract"])),
        "waiting_move": _move(row),
        "cancelled": _cancelled(row),
        "engagement": row["engagement_id"] and number,  # it bears the order's
        "external_reference": row["external_reference"] or None,
        "placed_at": instant(row["placed_at"]),
        "updated_at": instant(row["updated_at"]),
        "links": {"self": f"/api/v1/orders/{number}/", "page": f"/orders/{number}/"},
    }


@lru_cache
def _rule(lead_in: int, lead_out: int, cap: int | None) -> Rule:
    """What a package staffs around a day, from minutes: a list has few packages."""
    return Rule(timedelta(minutes=lead_in), timedelta(minutes=lead_out), timedelta(minutes=cap) if cap else None)


@lru_cache
def _price(text: str) -> Mapping[str, Any]:
    """The frozen price, to be shown as it is."""
    read: Mapping[str, Any] = json.loads(text)
    return read


def _fees(row: Row, price: Decimal) -> list[dict[str, Any]]:
    """The fee by date by the frozen terms, each from where the one before ends. Source: S37"""
    fees: list[dict[str, Any]] = []
    since = None
    for each in pricing.fee_table(starts_at=row["starts_at"], zone=row["zone"], price=price, tiers=_tiers(row["tiers_text"])):
        until = instant(each.until_at)
        fees.append({"from": since, "until": until, "percent": each.percent, "amount": str(each.amount)})
        since = until
    return fees


@lru_cache
def _tiers(text: str) -> tuple[pricing.Tier, ...]:
    """Frozen terms as plain values."""
    return tuple(pricing.Tier(timedelta(minutes=each["minutes_before"]), each["percent"]) for each in json.loads(text))


def _move(row: Row) -> dict[str, Any] | None:
    starts_at, due_at, offered = (row[name] for name in MOVE)
    if starts_at is None:
        return None
    return {"starts_at": instant(starts_at), "answer_due_at": instant(due_at), "offered_by_us": offered}


def _cancelled(row: Row) -> dict[str, Any] | None:
    if row["cancelled_at"] is None:
        return None
    fee = None if row["cancellation_fee"] is None else str(row["cancellation_fee"])
    return {"at": instant(row["cancelled_at"]), "because": row["cancelled_because"], "fee": fee}
