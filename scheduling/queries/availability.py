"""Who is free, and when somebody would be: the one place that decides, for pages, the API, moves, waiting orders and the admin."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from scheduling import gaps, refused
from scheduling.models import LONGEST_BOOKING, StaffMember
from scheduling.needs import Need, stretches
from scheduling.queries.calendars import Calendars
from scheduling.queries.people import array, whose
from scheduling.windows import Coverage

FREE_AT_ONCE = 20

# One person after the other, least loaded first, until enough are found: the order is that of the index `staff_least_loaded_first`.
# OFFSET 0 keeps PostgreSQL from turning the questions about one person into joins over everybody's rows. The bound on a booking's
# length (LONGEST_BOOKING) keeps the range of the index `booking_blocks_staff` short; the constraint's own index is forty times slower to
# read.
_FREE = """
SELECT s.id FROM scheduling_staffmember s
WHERE s.is_active AND {whose} AND s.roles @> ARRAY[%(role)s]::varchar[] {skills}
AND NOT EXISTS (
    SELECT FROM unnest(%(opens)s, %(closes)s) AS day(opens, closes), scheduling_leave l
    WHERE l.staff_id = s.id AND l.end_at > day.opens AND l.start_at < day.closes OFFSET 0)
AND NOT EXISTS (
    SELECT FROM unnest(%(opens)s, %(closes)s) AS day(opens, closes), scheduling_booking b
    WHERE b.staff_id = s.id AND b.start_at < day.closes AND b.start_at > day.opens - %(longest)s AND b.end_at > day.opens
    AND NOT (b.state = 'RELEASED') AND (b.state = 'BOOKED' OR b.expires_at > %(now)s) {besides} OFFSET 0)
AND NOT EXISTS (
    SELECT FROM unnest(%(zones)s::text[], %(weekdays)s::int[], %(ons)s::date[], %(starts)s::time[], %(ends)s::time[])
        AS part(zone, weekday, day, starts, ends)
    WHERE part.zone = s.zone AND (
        NOT EXISTS (
            SELECT FROM scheduling_workinghours h WHERE h.staff_id = s.id AND h.weekday = part.weekday
            AND h.starts <= part.starts AND (h.ends >= part.ends OR h.ends = '00:00') OFFSET 0)
        OR EXISTS (SELECT FROM scheduling_holiday d WHERE d.calendar = s.holiday_calendar AND d.on = part.day OFFSET 0))
    OFFSET 0)
ORDER BY s.load, s.id LIMIT %(limit)s
"""
_SPEAKS = "AND s.languages @> ARRAY[%(language)s]::varchar[]"
# By one certificate, or by several that follow each other, which few people have.
_CERTIFIED = """AND (
    s.id IN (
        SELECT c.staff_id FROM scheduling_certificate c
        WHERE c.family_id = %(family)s AND c.valid_from <= %(first)s AND c.valid_until >= %(last)s)
    OR s.id IN (
        SELECT c.staff_id FROM scheduling_certificate c
        WHERE c.family_id = %(family)s AND c.valid_from <= %(last)s AND c.valid_until >= %(first)s
        AND NOT (c.valid_from <= %(first)s AND c.valid_until >= %(last)s) GROUP BY c.staff_id
        HAVING range_agg(daterange(c.valid_from, c.valid_until, '[]')) @> daterange(%(first)s, %(last)s, '[]')))"""
# Whoever moved to a zone that was not known when the question was put is not said to be free at all hours.
_ONE_OF = "AND s.id = ANY(%(among)s) AND s.zone = ANY(%(zones)s)"
_NONE_OF = "AND s.id <> ALL(%(excluding)s)"
_BESIDES = "AND b.reference <> ALL(%(ignoring)s)"

# Steps from one zone to the next in the index `staff_zones`, where DISTINCT would read every person.
_ZONES = """
WITH RECURSIVE known AS (
    (SELECT zone FROM scheduling_staffmember WHERE is_active ORDER BY zone LIMIT 1) UNION ALL
    SELECT (SELECT s.zone FROM scheduling_staffmember s WHERE s.is_active AND s.zone > known.zone ORDER BY s.zone LIMIT 1)
    FROM known WHERE known.zone IS NOT NULL)
SELECT zone FROM known WHERE zone IS NOT NULL
"""


def free_staff(
    need: Need, *, now: datetime, prefer: int | None = None, ignoring: Iterable[str] = (), limit: int = FREE_AT_ONCE
) -> list[StaffMember]:
    """List who can do all of it and is free in every window: `prefer` first if among them, then the least loaded.

    Time booked under the references in `ignoring` counts as free. Source: S4, S23, S30, S47
    """
    ignored = tuple(ignoring)
    ids = free_ids(need, now=now, prefer=prefer, ignoring=ignored, limit=limit)
    if not ids:
        refused.note(need, reference=ignored[0] if ignored else "", now=now)
    people = StaffMember.objects.select_related("user").in_bulk(ids)
    return [people[each] for each in ids if each in people]


def alternatives(
    need: Need,
    *,
    now: datetime,
    earliest: datetime | None = None,
    latest: datetime | None = None,
    prefer: int | None = None,
    ignoring: Iterable[str] = (),
) -> list[gaps.Alternative]:
    """Offer at most three other times within 14 days, nearest first, each with a person and the reason; none of them is held.

    No first day starts before `earliest`, unless the wish did, and no last day after `latest`. For when `free_staff` is empty.
    Source: S48
    """
    wish = gaps.wish_of(need.windows, need.zone)
    everyone = Calendars(need, gaps.span_to_read(wish), now=now, prefer=prefer, ignoring=ignoring)
    preferred = () if prefer is None else (prefer,)
    return list(gaps.alternatives(everyone.read, wish, now=now, earliest=earliest, latest=latest, prefer=preferred))


def free_ids(
    need: Need,
    *,
    now: datetime,
    prefer: int | None = None,
    ignoring: Iterable[str] = (),
    limit: int = FREE_AT_ONCE,
    among: Sequence[int] | None = None,
    excluding: Sequence[int] = (),
) -> list[int]:
    """Return the staff ids of `free_staff`, if wanted only `among` some or `excluding` others."""
    asked = Question(need, now, ignoring)
    return asked.free_ids(prefer=prefer, limit=limit, excluding=excluding) if among is None else asked.answer(limit, among=among)


class Question:
    """One need put into SQL: who can do all of it and is free."""

    def __init__(self, need: Need, now: datetime, ignoring: Iterable[str]) -> None:
        windows, dates = need.windows, need.dates
        self.whose = whose(need)
        self.skills = [_SPEAKS] * bool(need.language) + [_CERTIFIED] * (need.family_id is not None)
        self.values: dict[str, Any] = {
            "role": need.role,
            "sandbox": need.sandbox,
            "language": need.language,
            "family": need.family_id,
            "first": dates[0],
            "last": dates[-1],
            "opens": [window.opens_at for window in windows],
            "closes": [window.closes_at for window in windows],
            "longest": LONGEST_BOOKING,
            "now": now,
            "ignoring": list(ignoring),
            **_worked_parts(windows, _zones()),
        }
        self.besides = _BESIDES if self.values["ignoring"] else ""

    def free_ids(self, *, prefer: int | None = None, limit: int = FREE_AT_ONCE, excluding: Sequence[int] = ()) -> list[int]:
        """Return the ids of `free_staff`, without the excluded."""
        free = self.answer(limit, excluding=excluding)
        if prefer is None or prefer in excluding:
            return free
        if prefer in free or self.answer(1, among=[prefer]):
            return [prefer, *(each for each in free if each != prefer)][:limit]
        return free

    def answer(self, limit: int, *, among: Sequence[int] | None = None, excluding: Sequence[int] = ()) -> list[int]:
        """Ask PostgreSQL for the ids of who is free, least loaded first."""
        values = {**self.values, "limit": limit, "among": list(among or ()), "excluding": list(excluding)}
        narrower = [_ONE_OF] * (among is not None) + [_NONE_OF] * bool(excluding)
        with connection.cursor() as cursor:
            cursor.execute(_FREE.format(whose=self.whose, skills="\n".join(self.skills + narrower), besides=self.besides), values)
            return [row[0] for row in cursor.fetchall()]


def _zones() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_ZONES)
        return tuple(zone for (zone,) in cursor.fetchall())


@lru_cache(maxsize=1024)  # the same need is asked about several times: found, held, looked at again under the lock, booked
def _worked_parts(windows: tuple[Coverage, ...], zones: tuple[str, ...]) -> dict[str, str]:
    """Cut the windows into days and minutes of every zone that staff live in: SQL never converts a zone."""
    parts = [part for zone in zones for part in stretches(windows, zone)]
    return {
        "zones": array(part.zone for part in parts),
        "ons": array(part.on for part in parts),
        "weekdays": array(part.on.weekday() for part in parts),
        "starts": array(_clock(part.starts) for part in parts),
        "ends": array(_clock(part.ends) for part in parts),
    }


def _clock(minutes: int) -> str:
    """Write minutes since midnight for PostgreSQL, which knows 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
