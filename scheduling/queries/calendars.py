"""The calendars of everyone who could do the work, as plain values for the search for other times."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection

from scheduling.hours import Interval, Person, Span
from scheduling.hours import WorkingHours as Hours
from scheduling.localtime import day_bounds
from scheduling.models import LONGEST_BOOKING
from scheduling.needs import Need
from scheduling.queries.people import array, holidays_around, whose

DAY = timedelta(days=1)
Candidate = tuple[int, str, str, list[list[date]] | None]  # id, zone, calendar of holidays, first and last days of certificates
FIRST, MORE = 16, 1000  # people read at once: usually the first few answer for every day but the wished one

# The certificates of people who have no single one for the whole time come along: there are few.
_PEOPLE = """
SELECT s.id, s.zone, s.holiday_calendar,
    CASE WHEN %(family)s IS NOT NULL AND s.id NOT IN (
        SELECT c.staff_id FROM scheduling_certificate c
        WHERE c.family_id = %(family)s AND c.valid_from <= %(first)s AND c.valid_until >= %(last)s)
    THEN (
        SELECT array_agg(ARRAY[c.valid_from, c.valid_until] ORDER BY c.valid_from) FROM scheduling_certificate c
        WHERE c.family_id = %(family)s AND c.staff_id = s.id)
    END
FROM scheduling_staffmember s
WHERE s.is_active AND {whose} AND s.roles @> ARRAY[%(role)s]::varchar[]
AND (%(language)s = '' OR s.languages @> ARRAY[%(language)s]::varchar[])
AND (%(family)s IS NULL OR s.id IN (
    SELECT c.staff_id FROM scheduling_certificate c
    WHERE c.family_id = %(family)s AND c.valid_from <= %(last)s AND c.valid_until >= %(first)s))
ORDER BY s.id = %(prefer)s DESC, s.load, s.id
"""
# What bookings and leave leave over of people's time, as far as it is long enough, and their week; nothing of who has no such gap.
# Bookings are read in the order of the index `booking_blocks_staff`, which holds all but the reference.
_GAPS = """
SELECT person.id, calendar.begins, calendar.ends, (
    SELECT string_agg(h.weekday || ' ' || h.starts || ' ' || h.ends, ',' ORDER BY h.weekday, h.starts)
    FROM scheduling_workinghours h WHERE h.staff_id = person.id)
FROM unnest(%(staff)s::bigint[]) AS person(id),
LATERAL (
    SELECT tstzmultirange(tstzrange(%(since)s, %(until)s)) - coalesce(range_agg(tstzrange(start_at, end_at)), '{{}}') AS left_over
    FROM (
        SELECT b.start_at, b.end_at FROM scheduling_booking b
        WHERE b.staff_id = person.id AND b.start_at < %(until)s AND b.start_at > %(earliest)s AND b.end_at > %(since)s
        AND NOT (b.state = 'RELEASED') AND (b.state = 'BOOKED' OR b.expires_at > %(now)s) {besides}
        UNION ALL
        SELECT l.start_at, l.end_at FROM scheduling_leave l
        WHERE l.staff_id = person.id AND l.end_at > %(since)s AND l.start_at < %(until)s
    ) AS taken OFFSET 0
) AS free,
LATERAL (
    SELECT array_agg(lower(gap)) AS begins, array_agg(upper(gap)) AS ends
    FROM unnest(free.left_over) AS gap WHERE upper(gap) - lower(gap) >= %(least)s
) AS calendar WHERE calendar.begins IS NOT NULL
"""
_BESIDES = "AND b.reference <> ALL(%(ignoring)s)"


class Calendars:
    """The calendars of everyone with the skills, `prefer` first, then the least loaded; read as far as somebody looks at them.

    Days without a valid certificate count as leave. Time booked under the references in `ignoring` counts as free; leave, and gaps too
    short for the need, as booked.
    """

    def __init__(self, need: Need, span: Interval, *, now: datetime, prefer: int | None = None, ignoring: Iterable[str] = ()) -> None:
        self.need, self.span = need, span
        self.values: dict[str, Any] = {
            "family": need.family_id,
            "first": span.starts_at.date() - DAY,
            "last": span.ends_at.date() + DAY,
            "now": now,
            "ignoring": list(ignoring),
            "least": min(window.staffed for window in need.windows),
        }
        asked = {"role": need.role, "sandbox": need.sandbox, "language": need.language, "prefer": prefer}
        self.people: list[Candidate] = _rows(_PEOPLE.format(whose=whose(need)), {**self.values, **asked})
        self.holidays = holidays_around(span)
        self.prefer = prefer

    def read(self, matters: Callable[[], Interval]) -> Iterator[Person]:
        """Yield the people with what is known of the time that matters: a few at first, then many at once."""
        done, size = 0, FIRST
        while batch := self.people[done : done + size]:
            yield from self._read(batch, matters())
            done, size = done + size, MORE

    def _read(self, people: Sequence[Candidate], span: Interval) -> Iterator[Person]:
        gaps = self._gaps([person[0] for person in people], span)
        for staff_id, zone, calendar, certified in people:
            if staff_id in gaps:
                begins, ends, week = gaps[staff_id]
                away = () if certified is None else tuple(_uncertified(certified, self.need.zone, span))
                yield Person(staff_id, zone, _week(week), self.holidays[calendar], _between(begins, ends, span), away)
            elif staff_id == self.prefer:  # who waits for this one must hear that nothing comes
                yield Person(staff_id, zone, ())

    def _gaps(self, staff: list[int], span: Interval) -> dict[int, tuple[list[datetime], list[datetime], str]]:
        values = {"staff": array(staff), "since": span.starts_at, "until": span.ends_at, "earliest": span.starts_at - LONGEST_BOOKING}
        rows = _rows(_GAPS.format(besides=_BESIDES if self.values["ignoring"] else ""), {**self.values, **values})
        return {staff_id: (begins, ends, week) for staff_id, begins, ends, week in rows if week}


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _between(begins: Sequence[datetime], ends: Sequence[datetime], span: Interval) -> tuple[Span, ...]:
    """Return what the gaps leave of a stretch of time."""
    return tuple(pair for pair in zip((span.starts_at, *ends), (*begins, span.ends_at), strict=True) if pair[0] < pair[1])


@cache
def _week(text: str) -> tuple[Hours, ...]:
    """Read "0 09:00:00 17:00:00,1 ...": few people have a week of their own."""
    stretches = (stretch.split(" ") for stretch in text.split(","))
    return tuple(Hours(int(weekday), time.fromisoformat(starts), time.fromisoformat(ends)) for weekday, starts, ends in stretches)


def _uncertified(valid: Iterable[Sequence[date]], zone: str, span: Interval) -> Iterator[Span]:
    """Find the time outside certificates; their days are those of the event's zone. Source: S4."""
    covered = span.starts_at
    for valid_from, valid_until in valid:
        begins = day_bounds(valid_from, zone)[0]
        if begins > covered:
            yield covered, begins
        covered = max(covered, day_bounds(valid_until, zone)[1])
    if covered < span.ends_at:
        yield covered, span.ends_at
