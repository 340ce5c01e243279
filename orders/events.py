"""What programs are told about an order: one event for each step, recorded in the transaction of its fact."""

from datetime import datetime
from typing import Any

from engagements.events import of_staffed
from engagements.models import Engagement
from orders.models import Order, OrderChange
from outbox.actions import event_of, record
from outbox.models import Event, EventType


def tell_confirmed(order: Order, *, now: datetime) -> None:
    """Somebody is booked and the engagement is open, perhaps with everyone it needs. Source: S36, S74"""
    opened = order.engagement
    staffed = [of_staffed(opened, now=now)] if opened and opened.state == Engagement.State.STAFFED else []
    record(_event(order, EventType.ORDER_CONFIRMED, now=now), *staffed)


def tell_waiting(order: Order, *, now: datetime) -> None:
    """We owe an answer. Source: S9, S30"""
    _tell(order, EventType.ORDER_WAITING, now=now, waiting_reason=order.waiting_reason, answer_due_at=order.answer_due_at)


def tell_moved(order: Order, change: OrderChange, *, old_ends_at: datetime, now: datetime) -> None:
    """Old and new date and time. Source: S50"""
    previous = {"starts_at": change.old_starts_at, "ends_at": old_ends_at}
    _tell(order, EventType.ORDER_MOVED, now=now, previous=previous)


def tell_cancelled(order: Order, *, now: datetime) -> None:
    """Who or what ended it, and the fee. Source: S41, S53"""
    fee = {"amount": order.cancellation_fee, "currency": (order.price or {}).get("currency")}
    _tell(order, EventType.ORDER_CANCELLED, now=now, cancelled_because=order.cancelled_because, fee=fee)


def _tell(order: Order, kind: str, *, now: datetime, **more: Any) -> None:
    record(_event(order, kind, now=now, **more))


def _event(order: Order, kind: str, *, now: datetime, **more: Any) -> Event:
    """Keys, states and instants: who may read the order finds the people in it."""
    assert order.number
    assert order.package
    assert order.site
    payload = {
        "number": order.number,
        "external_reference": order.external_reference or None,
        "status": order.state,
        "version": order.version,
        "package": order.package.code,
        "site": order.site.host_name,
        "starts_at": order.starts_at,
        "ends_at": order.ends_at,
        "time_zone": order.zone,
        **more,
        "links": {"self": f"/api/v1/orders/{order.number}/"},
    }
    return event_of(organisation=order.organisation_id, kind=kind, about=order.number, payload=payload, now=now)
