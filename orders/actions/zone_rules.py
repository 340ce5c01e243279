"""Zones whose rules changed after an order was placed: the desk is told, and keeps the time when the customer says so. Source: row 51"""

from datetime import datetime

from django.db import transaction

from orders import notices
from orders.actions.cancelling import locked_order
from orders.models import Order, OrderDay
from orders.queries import shifted_by_new_rules, shifted_days
from scheduling.localtime import wall


@transaction.atomic
def keep_time(order: Order, *, now: datetime) -> Order:
    """Leave the order at its instants: its days are asked for from now on at what the clock there shows then. Locks the order.

    Nothing that is booked or promised moves. Safe to run twice.
    """
    order = locked_order(order)
    days = [shifted.day for shifted in shifted_days(order, now=now)]
    for day in days:
        shows = wall(day.starts_at, order.zone)
        day.local_date, day.local_time, day.fold = shows.date(), shows.time(), shows.fold
    if days:
        OrderDay.objects.bulk_update(days, ["local_date", "local_time", "fold"])
        order.updated_at, order.version = now, order.version + 1
        order.save(update_fields=["updated_at", "version"])
    return order


def tell_shifted(*, now: datetime) -> int:
    """Tell the coordinator of each order whose zone has new rules, once for what the clock shows now; return how many orders."""
    shifted = shifted_by_new_rules(Order.objects.filter(organisation__is_sandbox=False), now=now)
    orders = {each.order.pk: each.order for each in shifted}
    for order in orders.values():
        notices.say_zone_rules(order, now=now)
    return len(orders)
