"""Holding somebody for the new time of an order, while a customer or the coordinator decides."""

from datetime import datetime

from orders.actions.days import offered_times
from orders.actions.placing import PersonTaken, refuse_past
from orders.asks import days_from_json
from orders.models import Order, OrderChange
from orders.queries import hold_length, need_of_order, staff_of_move
from scheduling import localtime
from scheduling.actions import NobodyFree, hold
from scheduling.windows import EventDay


def days_of_change(order: Order, change: OrderChange) -> tuple[EventDay, ...]:
    """The new days of a change as instants; they may lie in the past by now, which the caller has to refuse."""
    return tuple(
        EventDay(start := localtime.resolve(day.local_start, order.zone, day.fold), start + day.duration)
        for day in days_from_json(change.new_days)
    )


def hold_again(order: Order, change: OrderChange, *, now: datetime) -> None:
    """Make sure that the answered time is still to come and someone held for it: who was held all along, if they can."""
    days = days_of_change(order, change)
    refuse_past(days, now=now)
    hold_new(order, days, until=now + hold_length(), prefer=staff_of_move(order, now=now), now=now)


def hold_new(order: Order, days: tuple[EventDay, ...], *, until: datetime, prefer: int | None, now: datetime) -> int:
    """Hold someone for the new time, own booking ignored; gives back who."""
    need = need_of_order(order, days)
    try:
        held = hold(need, reference=order.move_reference, now=now, until=until, prefer=prefer, ignoring=(order.key,))
    except NobodyFree as nobody:
        near = offered_times(order, days=days, now=now, ignoring=(order.key, order.move_reference), prefer=prefer)
        raise PersonTaken(near, need) from nobody
    return held[0].staff_id
