"""What is known of a few people's time, as plain values: for looking through many times of the same people at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, Q

from customers.models import Organisation
from scheduling.hours import Interval, Person, Span
from scheduling.hours import WorkingHours as Hours
from scheduling.models import LONGEST_BOOKING, Booking, Leave, StaffMember, WorkingHours
from scheduling.needs import Need
from scheduling.queries.bookings import live

DAY = timedelta(days=1)

_HOLIDAYS = 'SELECT d.calendar, array_agg(d."on") FROM scheduling_holiday d WHERE d."on" BETWEEN %s::date AND %s::date GROUP BY d.calendar'


def who_works_for(organisation_id: int) -> Q:
    """Narrow people to the stand-ins of this organisation when it is a sandbox, else to the real ones. Source: docs/adr/0013"""
    sandbox = Organisation.objects.filter(pk=organisation_id, is_sandbox=True)
    return Q(sandbox=organisation_id) | Q(~Exists(sandbox), sandbox=None)


def whose(need: Need) -> str:
    """The condition on staff `s` that keeps stand-ins and real people apart; IS NOT DISTINCT FROM would mislead the planner."""
    return "s.sandbox_id IS NULL" if need.sandbox is None else "s.sandbox_id = %(sandbox)s"


def array(values: Iterable[object]) -> str:
    """Write an array as one constant, which PostgreSQL reads faster than one for each value; none of them holds a quote."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def people_of(staff_ids: Collection[int], span: Interval, *, now: datetime, ignoring: Collection[str] = ()) -> list[Person]:
    """Read these people's hours, holidays, leave and bookings around a stretch of time; five queries. Whoever left has no hours.

    `free_ids` has the last word when something is booked.
    """
    members = list(StaffMember.objects.filter(pk__in=staff_ids, is_active=True).order_by("pk"))
    hours: defaultdict[int, list[Hours]] = defaultdict(list)
    leave: defaultdict[int, list[Span]] = defaultdict(list)
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    for row in WorkingHours.objects.filter(staff__in=members).values_list("staff", "weekday", "starts", "ends"):
        hours[row[0]].append(Hours(*row[1:]))
    away = Leave.objects.filter(staff__in=members, end_at__gt=span.starts_at, start_at__lt=span.ends_at)
    for staff_id, begins, ends in away.values_list("staff", "start_at", "end_at"):
        leave[staff_id].append((begins, ends))
    rows = Booking.objects.filter(live(now), staff__in=members, start_at__lt=span.ends_at, start_at__gt=span.starts_at - LONGEST_BOOKING)
    for staff_id, begins, ends in (
        rows.filter(end_at__gt=span.starts_at).exclude(reference__in=ignoring).values_list("staff", "start_at", "end_at")
    ):
        busy[staff_id].append((begins, ends))
    holidays = holidays_around(span)
    return [
        Person(
            each.pk,
            each.zone,
            tuple(hours[each.pk]),
            holidays[each.holiday_calendar],
            tuple(busy[each.pk]),
            tuple(leave[each.pk]),
        )
        for each in members
    ]


def holidays_around(span: Interval) -> defaultdict[str, frozenset[date]]:
    """Read the holidays of every calendar in a stretch of time, and the days before and after: it is another date elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLIDAYS, [span.starts_at - DAY, span.ends_at + DAY])
        return defaultdict(frozenset, {calendar: frozenset(days) for calendar, days in cursor.fetchall()})
