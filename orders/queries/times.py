"""What an order means for time: its days and windows, whom it needs, who is held, and what is late."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import QuerySet

from catalog.models import Package
from customers.models import User
from orders.models import Order, OrderDay
from scheduling import localtime
from scheduling.models import Booking
from scheduling.queries import Need, bookings_of, live_holds
from scheduling.windows import Coverage, DayWish, EventDay, Rule, cover_days


def rule_of(package: Package) -> Rule:
    """What the package staffs around an event day. Source: S3, S64, S85"""
    cap = package.daily_cap_minutes
    return Rule(
        lead_in=timedelta(minutes=package.lead_in_minutes),
        lead_out=timedelta(minutes=package.lead_out_minutes),
        daily_cap=timedelta(minutes=cap) if cap else None,
    )


def coverage_of(package: Package, days: tuple[EventDay, ...]) -> tuple[Coverage, ...]:
    """The staffed window of each day. Source: S85, S86"""
    return cover_days(days, rule_of(package))


def need_of(package: Package, *, zone: str, days: tuple[EventDay, ...], language: str, sandbox: int | None) -> Need:
    """Whom the package books for these days: the role, the certificate and the language. Source: S4, S30, S74"""
    role = next(each.role for each in package.team.all() if each.books_window)
    family = package.family_id if package.requires_certificate else None
    return Need(role=role, family_id=family, language=language, zone=zone, days=days, rule=rule_of(package), sandbox=sandbox)


def days_of_order(order: Order) -> tuple[EventDay, ...]:
    """The order's days in calendar order."""
    return tuple(EventDay(day.starts_at, day.ends_at) for day in sorted(order.days.all(), key=lambda day: day.position))


def wishes_of(order: Order) -> tuple[DayWish, ...]:
    """The order's days as they were asked for."""
    rows = order.days.order_by("position")
    return tuple(DayWish(datetime.combine(row.local_date, row.local_time), timedelta(minutes=row.minutes), row.fold) for row in rows)


def wish_at(starts_at: datetime, zone: str) -> DayWish:
    """The wall time of an instant, for `asks.moved_to`."""
    local = localtime.wall(starts_at, zone)
    return DayWish(local.replace(fold=0), timedelta(), local.fold)


def staff_of_order(order: Order, *, now: datetime) -> int | None:
    """Who is booked or held for this order."""
    return bookings_of(order.key, now=now).values_list("staff_id", flat=True).first()


def staff_of_move(order: Order, *, now: datetime) -> int | None:
    """Who is held for the new time that waits for an answer, else who has the order now. Source: S47"""
    held = bookings_of(order.move_reference, now=now).values_list("staff_id", flat=True).first()
    return held or staff_of_order(order, now=now)


def need_of_order(order: Order, days: tuple[EventDay, ...] | None = None) -> Need:
    """Whom this order needs, at its own or at other days."""
    assert order.package
    sandbox = order.organisation.sandbox_id
    return need_of(order.package, zone=order.zone, days=days or days_of_order(order), language=order.assist_language, sandbox=sandbox)


def is_late(package: Package, *, starts_at: datetime, zone: str, now: datetime) -> bool:
    """True inside the lead time. Source: S9"""
    return now > localtime.latest_ordering_instant(starts_at, zone, package.lead_days)


def earliest_in_time(package: Package, *, zone: str, now: datetime) -> datetime:
    """The first start that is outside the lead time when ordering now. Source: S9"""
    return localtime.same_wall_time_days_later(now, zone, package.lead_days)


def live_holds_of(user: User, *, now: datetime, besides: str) -> int:
    """How many orders of this person hold someone's time now. Source: S48"""
    keys = Order.objects.filter(owner=user, state=Order.State.DRAFT).exclude(key=besides).values_list("key", flat=True)
    return live_holds(keys, now=now)


_ALIVE = (Order.State.WAITING, Order.State.CONFIRMED)


@dataclass(frozen=True)
class Shifted:
    """A day of an order whose wall time means another instant under today's zone rules."""

    order: Order
    day: OrderDay
    moved: localtime.Moved


def shifted_by_new_rules(orders: QuerySet[Order], *, now: datetime) -> list[Shifted]:
    """List the days to come of these orders that would be at another instant if they were asked for today, soonest first.

    Only reports: the customer decides whether the wall time or the instant counts. Source: promises row 51
    """
    alive = orders.order_by().filter(state__in=_ALIVE, ends_at__gt=now)
    days = OrderDay.objects.filter(order__in=alive.values("pk"), ends_at__gt=now)
    asked = days.values_list("pk", "local_date", "local_time", "order__zone", "starts_at")
    found = [pk for pk, on, at, zone, starts_at in asked.iterator() if _moved(on, at, zone, starts_at)]
    rows = OrderDay.objects.filter(pk__in=found).select_related("order__organisation", "order__package")
    return list(_shifted(rows.order_by("starts_at", "pk")))


def shifted_days(order: Order, *, now: datetime) -> list[Shifted]:
    """The same of one order."""
    return list(_shifted(day for day in order.days.all() if order.state in _ALIVE and day.ends_at > now))


def _shifted(days: Iterable[OrderDay]) -> Iterator[Shifted]:
    for day in days:
        if moved := _moved(day.local_date, day.local_time, day.order.zone, day.starts_at):
            yield Shifted(day.order, day, moved)


def _moved(on: date, at: time, zone: str, starts_at: datetime) -> localtime.Moved | None:
    return localtime.moved_by_new_rules(datetime.combine(on, at), zone, starts_at)


def held_until(order: Order, *, now: datetime) -> datetime | None:
    """Until when someone is held for this order, None when nobody is."""
    held = Booking.objects.filter(reference=order.key, state=Booking.State.HELD, expires_at__gt=now)
    return held.values_list("expires_at", flat=True).order_by("expires_at").first()


def is_at_other_time(order: Order, *, starts_at: datetime | None, minutes: int, recurs: bool) -> bool:
    """Tell whether the site says another time than step 1. Of several days or a series it cannot be said. Source: S27"""
    days = days_of_order(order)
    if starts_at is None or recurs or len(days) != 1:
        return False
    length = timedelta(minutes=quarters(minutes))
    return (days[0].starts_at, days[0].ends_at - days[0].starts_at) != (starts_at, length)


def quarters(minutes: int) -> int:
    """Whole quarters of an hour, rounded up: what can be ordered. Source: S22"""
    return -(-minutes // 15) * 15


def hold_length() -> timedelta:
    """How long a chosen time is kept for a customer who is still ordering. Source: S23, S48"""
    return timedelta(minutes=settings.HOLD_MINUTES)
