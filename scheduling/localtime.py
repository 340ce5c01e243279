"""Wall-clock time in a named zone, and the one instant it means."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)  # the grid on which nearest valid times are offered; Source: S22
SCAN = timedelta(hours=12)  # no zone changes its clocks twice within it


class TimeRefused(ValueError):
    """A wish about time that cannot be taken as it stands; `code` names why, for the caller to put in words."""

    code: ClassVar[str] = "time_refused"


class UnknownZone(TimeRefused):
    """The name is not an IANA zone of the pinned tzdata."""

    code = "unknown_zone"

    def __init__(self, zone: str) -> None:
        super().__init__(f"unknown time zone {zone!r}")
        self.zone = zone


class ImpossibleLocalTime(TimeRefused):
    """The clocks jump over this wall time; `before` and `after` are the nearest wall times that exist."""

    code = "impossible_local_time"

    def __init__(self, local: datetime, zone: str, *, before: datetime, after: datetime) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} does not exist in {zone}")
        self.local, self.zone, self.before, self.after = local, zone, before, after


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the instants that a doubled wall time can mean."""

    fold: int
    instant: datetime
    offset: timedelta


class AmbiguousLocalTime(TimeRefused):
    """The clocks show this wall time twice; `readings` are the two instants, earlier first."""

    code = "ambiguous_local_time"

    def __init__(self, local: datetime, zone: str, readings: tuple[Reading, Reading]) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} happens twice in {zone}")
        self.local, self.zone, self.readings = local, zone, readings


class Steady(NamedTuple):
    """A stretch of UTC time during which a zone keeps one offset."""

    starts_at: datetime
    ends_at: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True)
class Moved:
    """A stored instant whose wall time means another instant under today's zone rules.

    `means` holds none (the wall time no longer exists), one or two instants; `shows` is the wall time that the stored
    instant has now.
    """

    local: datetime
    zone: str
    stored: datetime
    means: tuple[datetime, ...]
    shows: datetime


@cache  # ZoneInfo itself keeps only eight zones at hand
def zone_rules(zone: str) -> tzinfo:
    """Return the rules of an IANA zone.

    :raises UnknownZone: when the pinned tzdata has no such zone.
    """
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as missing:  # "America" is a folder, "../x" a path: both end here
        raise UnknownZone(zone) from missing


def resolve(local: datetime, zone: str, fold: int | None = None) -> datetime:
    """Turn a naive wall time into its UTC instant.

    `fold` chooses the first (0) or second (1) reading of a doubled time and says nothing about any other time.

    :raises UnknownZone: when the zone is unknown.
    :raises ImpossibleLocalTime: when the clocks jump over it, whatever `fold` says.
    :raises AmbiguousLocalTime: when it happens twice and `fold` is None.
    Source: S22
    """
    first, second = _offsets(local, zone)
    if first < second:
        before, after = _around_gap(local, zone)
        raise ImpossibleLocalTime(local, zone, before=before, after=after)
    if first > second and fold is None:
        readings = (Reading(0, _utc(local, first), first), Reading(1, _utc(local, second), second))
        raise AmbiguousLocalTime(local, zone, readings)
    return _utc(local, second if fold else first)


def reached(local: datetime, zone: str, *, last: bool = False) -> datetime:
    """Return the UTC instant at which the wall clock first reaches `local`; never refuses a time.

    A time in a spring gap is reached when the clocks jump. With `last`, a doubled time means its second reading.
    For bounds and deadlines that were counted, not asked for by a person.
    """
    first, second = _offsets(local, zone)
    if first < second:
        return _jump(local, zone)
    return _utc(local, second if last else first)


def wall(instant: datetime, zone: str) -> datetime:
    """Return what the wall clock shows at `instant`: naive, with `fold` set on the second reading."""
    return instant.astimezone(zone_rules(zone)).replace(tzinfo=None)


def local_date(instant: datetime, zone: str) -> date:
    """Return the calendar date of `instant` in the zone."""
    return wall(instant, zone).date()


def local_days(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[date, ...]:
    """List the calendar dates that the half-open span touches in the zone, in order."""
    first, last = local_date(starts_at, zone), local_date(ends_at - timedelta(microseconds=1), zone)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the half-open UTC span of a calendar day: 23, 24 or 25 hours, or what the zone decrees."""
    midnight = datetime.combine(day, time())
    return reached(midnight, zone), reached(midnight + timedelta(days=1), zone)


def same_wall_time_days_later(instant: datetime, zone: str, days: int, *, last: bool = False) -> datetime:
    """Shift by calendar days (negative: back) to the same wall time; gaps and doubled times as in `reached`."""
    there = instant.astimezone(zone_rules(zone)) + timedelta(days=days)  # on the wall clock, as Python adds to a time with a zone
    if there.utcoffset() == there.replace(fold=1).utcoffset():
        return there.astimezone(UTC)
    return reached(there.replace(tzinfo=None), zone, last=last)


def latest_ordering_instant(starts_at: datetime, zone: str, days: int) -> datetime:
    """Return the last instant at which an order is in time, itself included.

    Calendar days in the event's own zone, to the same wall time; a doubled wall time counts in the customer's favour.
    Source: S9
    """
    return same_wall_time_days_later(starts_at, zone, -days, last=True)


def offset_at(instant: datetime, zone: str) -> timedelta:
    """Return the zone's offset from UTC at `instant`."""
    return instant.astimezone(zone_rules(zone)).utcoffset() or timedelta()


def steady_spans(zone: str, start: datetime, end: datetime) -> list[Steady]:
    """Split a stretch of UTC time at the zone's clock changes, in order and without holes."""
    spans, begins, here, offset = [], start, start, offset_at(start, zone)
    while here < end:
        ahead = min(here + SCAN, end)
        if offset_at(ahead, zone) != offset:
            ahead = _change_between(here, ahead, zone)
            spans.append(Steady(begins, ahead, offset))
            begins, offset = ahead, offset_at(ahead, zone)
        here = ahead
    return [*spans, Steady(begins, end, offset)] if begins < end else spans


def moved_by_new_rules(local: datetime, zone: str, stored: datetime) -> Moved | None:
    """Say whether today's zone rules give the stored wall time another instant than the stored one.

    None means nothing moved: the stored instant is a reading of the wall time. Only reports; the order is never
    changed by it.

    :raises UnknownZone: when the new tzdata dropped the zone.
    Source: row 51 of the promises
    """
    shows = wall(stored, zone)
    if shows.replace(fold=0) == local.replace(fold=0):
        return None
    first, second = _offsets(local, zone)
    means = () if first < second else tuple(sorted({_utc(local, first), _utc(local, second)}))
    return Moved(local, zone, stored, means, shows)


def _offsets(local: datetime, zone: str) -> tuple[timedelta, timedelta]:
    """Return the offsets of both folds: equal on ordinary times, rising over a gap, falling over a doubled time."""
    rules = zone_rules(zone)
    first = local.replace(tzinfo=rules, fold=0).utcoffset()
    second = local.replace(tzinfo=rules, fold=1).utcoffset()
    return first or timedelta(), second or timedelta()


def _utc(local: datetime, offset: timedelta) -> datetime:
    return (local - offset).replace(tzinfo=UTC, fold=0)


def _jump(local: datetime, zone: str) -> datetime:
    """Find the instant of the transition whose gap holds `local`."""
    first, second = _offsets(local, zone)
    return _change_between(_utc(local, second), _utc(local, first), zone)


def _change_between(before: datetime, after: datetime, zone: str) -> datetime:
    """Find the first instant that no longer has the offset of `before`, to the second."""
    offset = offset_at(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if offset_at(middle, zone) == offset else (before, middle)
    return after.replace(microsecond=0)


def _around_gap(local: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the last wall time before the gap and the first after it, both on the quarter-hour grid."""
    first, second = _offsets(local, zone)
    jump = _jump(local, zone).replace(tzinfo=None)
    return _next_step(jump + first - STEP), _next_step(jump + second)


def _next_step(local: datetime) -> datetime:
    midnight = datetime.combine(local.date(), time())
    return midnight - (midnight - local) // STEP * STEP
