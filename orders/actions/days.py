"""The days of an order: from wall times to rows, against the lead time, and other times when nobody is free."""

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from catalog.models import Package
from customers.models import LeadTimePolicy, Organisation
from customers.refusals import Refusal
from orders.asks import When, minutes_of
from orders.models import Order, OrderDay
from orders.queries import earliest_in_time, is_late, need_of_order
from orders.wording import TimeRefusedInWords
from scheduling import localtime, windows
from scheduling.gaps import Alternative
from scheduling.queries import alternatives


class TooLate(Refusal):
    """The organisation's policy refuses orders inside the lead time. Source: S9"""

    code = "too_late"
    status = 409


def resolve_days(when: When, package: Package, *, now: datetime) -> tuple[windows.EventDay, ...]:
    """The asked days as instants.

    :raises TimeRefusedInWords: when they cannot be taken as they stand.
    """
    try:
        days = windows.days_of(when.days, when.zone, max_days=package.max_days, now=now)
    except localtime.TimeRefused as refused:
        raise TimeRefusedInWords(refused) from refused
    return days


def check_lead_time(organisation: Organisation, package: Package, *, zone: str, starts_at: datetime, now: datetime) -> bool:
    """True when the order waits for the coordinator because it is late.

    :raises TooLate: where the organisation's policy blocks late orders.
    Source: S9
    """
    if not is_late(package, starts_at=starts_at, zone=zone, now=now):
        return False
    if organisation.lead_time_policy == LeadTimePolicy.BLOCK:
        raise TooLate(
            _("Orders are taken until %(days)d days before the event. Choose a later date, or write to the coordinator.")
            % {"days": package.lead_days}
        )
    return organisation.lead_time_policy == LeadTimePolicy.NEEDS_APPROVAL


def offered_times(
    order: Order,
    *,
    now: datetime,
    days: tuple[windows.EventDay, ...] | None = None,
    ignoring: tuple[str, ...] = (),
    prefer: int | None = None,
) -> tuple[Alternative, ...]:
    """At most three free times near the wish, outside the lead time unless the wish was inside it. Source: S48"""
    assert order.package
    package, need = order.package, need_of_order(order, days)
    late = is_late(package, starts_at=need.days[0].starts_at, zone=order.zone, now=now)
    earliest = now if late else earliest_in_time(package, zone=order.zone, now=now)
    return tuple(alternatives(need, now=now, earliest=earliest, latest=_last_entitled(order), prefer=prefer, ignoring=ignoring))


def write_days(order: Order, when: When, days: tuple[windows.EventDay, ...]) -> None:
    """Replace the order's days; the caller saves the order."""
    order.zone, order.starts_at, order.ends_at = when.zone, days[0].starts_at, days[-1].ends_at
    order.days.all().delete()
    OrderDay.objects.bulk_create(order_days(order, when, days))


def order_days(order: Order, when: When, days: tuple[windows.EventDay, ...]) -> list[OrderDay]:
    """The rows of these days, unsaved."""
    wishes = sorted(when.days, key=lambda wish: wish.local_start)
    return [
        OrderDay(
            organisation_id=order.organisation_id,
            order=order,
            position=position,
            local_date=wish.local_start.date(),
            local_time=wish.local_start.time(),
            fold=wish.fold or 0,
            minutes=minutes_of(wish.duration),
            starts_at=day.starts_at,
            ends_at=day.ends_at,
        )
        for position, (wish, day) in enumerate(zip(wishes, days, strict=True), start=1)
    ]


def _last_entitled(order: Order) -> datetime | None:
    if order.entitlement is None:
        return None
    day_after = order.entitlement.valid_until + timedelta(days=1)
    return localtime.day_bounds(day_after, order.organisation.zone)[0].astimezone(UTC)
