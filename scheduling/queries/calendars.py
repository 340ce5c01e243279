"""The calendars of everyone who could do the work, as plain values for the search for other times."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection

from scheduling.hours import Interval, Person, Span
from scheduling.hours import WorkingHours as Hours
from scheduling.localtime import day_bounds
from scheduling.models import LONGEST_BOOKING, Holiday
from scheduling.needs import Need
from scheduling.queries.people import whose

DAY = timedelta(days=1)
FIRST, MORE = 40, 400  # people read at once: usually the first few answer

_PEOPLE = """
SELECT s.id, s.zone, s.holiday_calendar FROM scheduling_staffmember s
WHERE s.is_active AND {whose} AND s.roles @> ARRAY[%(role)s]::varchar[]
AND (%(language)s = '' OR s.languages @> ARRAY[%(language)s]::varchar[])
AND (%(family)s IS NULL OR s.id IN (
    SELECT c.staff_id FROM scheduling_certificate c
    WHERE c.family_id = %(family)s AND c.valid_from <= %(last)s AND c.valid_until >= %(first)s))
ORDER BY s.id = %(prefer)s DESC, s.load, s.id
"""
_WEEKS = """
SELECT h.staff_id, string_agg(h.weekday || ' ' || h.starts || ' ' || h.ends, ',' ORDER BY h.weekday, h.starts)
FROM scheduling_workinghours h WHERE h.staff_id = ANY(%(staff)s) GROUP BY h.staff_id
"""
# Only of people who have no single certificate for the whole time: there are few.
_CERTIFICATES = """
SELECT c.staff_id, array_agg(c.valid_from ORDER BY c.valid_from), array_agg(c.valid_until ORDER BY c.valid_from)
FROM scheduling_certificate c WHERE c.family_id = %(family)s AND c.staff_id = ANY(%(staff)s)
GROUP BY c.staff_id HAVING NOT bool_or(c.valid_from <= %(first)s AND c.valid_until >= %(last)s)
"""
_LEAVE = """
SELECT l.staff_id, l.start_at, l.end_at FROM scheduling_leave l
WHERE l.staff_id = ANY(%(staff)s) AND l.end_at > %(since)s AND l.start_at < %(until)s
"""
# Read in the order of the index `booking_blocks_staff`, which holds all but the reference. A row is given out where time of some use
# follows (`opens`); `first` marks where each person's list begins: a full calendar is a few long stretches, not thousands of rows.
_BUSY = """
SELECT staff_id, first, opens, start_at, reaches, next FROM (SELECT *, coalesce(next - reaches >= %(least)s, true) AS opens FROM (
    SELECT b.staff_id, b.start_at, row_number() OVER calendar = 1 AS first,
        max(b.end_at) OVER calendar AS reaches, lead(b.start_at) OVER calendar AS next
    FROM scheduling_booking b
    WHERE b.staff_id = ANY(%(staff)s) AND b.start_at < %(until)s AND b.start_at > %(earliest)s AND b.end_at > %(since)s
    AND NOT (b.state = 'RELEASED') AND (b.state = 'BOOKED' OR b.expires_at > %(now)s) {besides}
    WINDOW calendar AS (PARTITION BY b.staff_id ORDER BY b.start_at ROWS UNBOUNDED PRECEDING)
) AS rows) AS marked WHERE first OR opens ORDER BY staff_id, start_at
"""
_BESIDES = "AND b.reference <> ALL(%(ignoring)s)"


class Calendars:
    """The calendars of everyone with the skills, `prefer` first, then the least loaded; read as far as somebody looks at them.

    Days without a valid certificate count as leave. Time booked under the references in `ignoring` counts as free, and gaps too
    short for the need as booked.
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
        self.people: list[tuple[int, str, str]] = _rows(_PEOPLE.format(whose=whose(need)), {**self.values, **asked})
        self.holidays = _holidays(span)

    def read(self, matters: Callable[[], Interval]) -> Iterator[Person]:
        """Yield the people with what is known of the time that matters: a few at first, then many at once."""
        done, size = 0, FIRST
        while batch := self.people[done : done + size]:
            yield from self._read(batch, matters())
            done, size = done + size, MORE

    def _read(self, people: Sequence[tuple[int, str, str]], span: Interval) -> Iterator[Person]:
        ids = [staff_id for staff_id, _zone, _calendar in people]
        values = {**self.values, "staff": ids, "since": span.starts_at, "until": span.ends_at, "earliest": span.starts_at - LONGEST_BOOKING}
        weeks: dict[int, str] = dict(_rows(_WEEKS, values))
        busy, off = _busy(values), self._off(values, span)
        for staff_id, zone, calendar in people:
            if staff_id in weeks:
                yield Person(
                    staff_id,
                    zone,
                    _week(weeks[staff_id]),
                    self.holidays.get(calendar, frozenset()),
                    busy.get(staff_id, ()),
                    off.get(staff_id, ()),
                )

    def _off(self, values: dict[str, Any], span: Interval) -> dict[int, list[Span]]:
        """Read leave, and time without a certificate."""
        off: dict[int, list[Span]] = defaultdict(list)
        for staff_id, starts_at, ends_at in _rows(_LEAVE, values):
            off[staff_id].append((starts_at, ends_at))
        if self.need.family_id is not None:
            for staff_id, begins, ends in _rows(_CERTIFICATES, values):
                off[staff_id] += _uncertified(zip(begins, ends, strict=True), self.need.zone, span)
        return off


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _busy(values: dict[str, Any]) -> dict[int, list[Span]]:
    """Read each person's booked time, in order; between two stretches lies time of some use."""
    busy: dict[int, list[Span]] = defaultdict(list)
    begins = values["since"]
    for staff_id, first, opens, starts_at, reaches, following in _rows(
        _BUSY.format(besides=_BESIDES if values["ignoring"] else ""), values
    ):
        if first:
            begins = starts_at
        if opens:
            busy[staff_id].append((begins, reaches))
            begins = following
    return busy


@cache
def _week(text: str) -> tuple[Hours, ...]:
    """Read "0 09:00:00 17:00:00,1 ...": few people have a week of their own."""
    stretches = (stretch.split(" ") for stretch in text.split(","))
    return tuple(Hours(int(weekday), time.fromisoformat(starts), time.fromisoformat(ends)) for weekday, starts, ends in stretches)


def _holidays(span: Interval) -> dict[str, frozenset[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    around = (span.starts_at - DAY, span.ends_at + DAY)
    for calendar, day in Holiday.objects.filter(on__range=around).values_list("calendar", "on"):
        days[calendar].add(day)
    return {calendar: frozenset(each) for calendar, each in days.items()}


def _uncertified(valid: Iterable[tuple[date, date]], zone: str, span: Interval) -> Iterator[Span]:
    """Find the time outside certificates; their days are those of the event's zone. Source: S4."""
    covered = span.starts_at
    for valid_from, valid_until in valid:
        begins = day_bounds(valid_from, zone)[0]
        if begins > covered:
            yield covered, begins
        covered = max(covered, day_bounds(valid_until, zone)[1])
    if covered < span.ends_at:
        yield covered, span.ends_at
