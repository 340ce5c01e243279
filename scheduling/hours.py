"""When a person works, and what of that time is free."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import NamedTuple

from scheduling.localtime import Steady, steady_spans

DAY = timedelta(days=1)
MIDNIGHT = time()

Span = tuple[datetime, datetime]


class Interval(NamedTuple):
    """A stretch of time: half-open, UTC."""

    starts_at: datetime
    ends_at: datetime


class WorkingHours(NamedTuple):
    """A stretch of a weekday (0 is Monday) on the person's own clock; `ends` of 00:00 is midnight at the end of the day."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one person's time.

    `busy` and `leave` are half-open UTC spans in any order, plain tuples as a query returns them; `holidays` are dates in
    the person's own zone. Without working hours nobody is ever free.
    """

    id: int
    zone: str
    hours: tuple[WorkingHours, ...]
    holidays: frozenset[date] = frozenset()
    busy: Sequence[Span] = ()
    leave: Sequence[Span] = ()


ALL_WEEK = tuple(WorkingHours(weekday, MIDNIGHT, MIDNIGHT) for weekday in range(7))


def working_intervals(
    zone: str, hours: Iterable[WorkingHours], holidays: frozenset[date], start: datetime, end: datetime
) -> tuple[Interval, ...]:
    """List the working time between two instants, in order, touching stretches joined.

    A moment is worked when the clock on the wall says so: a shift over a skipped hour is an hour shorter, over a doubled
    hour an hour longer.
    """
    by_weekday: dict[int, list[WorkingHours]] = {}
    for stretch in hours:
        by_weekday.setdefault(stretch.weekday, []).append(stretch)
    found: list[Interval] = []
    for steady in steady_spans(zone, start, end):
        for day in _dates(steady):
            if day not in holidays:
                found += _worked(by_weekday.get(day.weekday(), ()), day, steady)
    return tuple(_joined(found))


def free_intervals(working: Sequence[Interval], blocked: Sequence[Span], least: timedelta) -> list[Interval]:
    """Cut `blocked` (sorted by start, may overlap) out of the working time; keep what is at least `least` long."""
    free, count, index = [], len(blocked), 0
    for opens, closes in working:
        cursor = opens
        while index < count and blocked[index][1] <= opens:
            index += 1
        for at in range(index, count):
            begins, ends = blocked[at]
            if begins >= closes:
                break
            if begins > cursor and begins - cursor >= least:
                free.append(Interval(cursor, begins))
            if ends > cursor:  # noqa: PLR1730 - max() takes three times as long, and this runs for every booking
                cursor = ends
        if closes > cursor and closes - cursor >= least:
            free.append(Interval(cursor, closes))
    return free


def blocks(person: Person) -> list[Span]:
    """Return the person's bookings and leave sorted by start."""
    return sorted([*person.busy, *person.leave] if person.leave else person.busy, key=itemgetter(0))


def free_among(people: Iterable[Person], windows: Sequence[Span]) -> tuple[Person, ...]:
    """Keep those who work throughout every window and have nothing else in it, in the given order.

    Half-open: back-to-back is free. Source: row 4 of the promises
    """
    works = Shifts(min(start for start, _ in windows), max(end for _, end in windows))
    return tuple(person for person in people if _works(works.of(person), windows) and not _blocked(person, windows))


def is_free(person: Person, windows: Sequence[Span]) -> bool:
    """Say whether the person can staff all windows; see `free_among`."""
    return bool(free_among((person,), windows))


class Shifts:
    """Working time between two instants, worked out once for people with the same hours."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self._known: dict[tuple[str, tuple[WorkingHours, ...], frozenset[date]], tuple[Interval, ...]] = {}

    def of(self, person: Person) -> tuple[Interval, ...]:
        """Return one person's working time."""
        key = (person.zone, person.hours, person.holidays)
        if key not in self._known:
            self._known[key] = working_intervals(*key, self.start, self.end)
        return self._known[key]


def _dates(steady: Steady) -> Iterator[date]:
    first = (steady.starts_at + steady.offset).date()
    last = (steady.ends_at + steady.offset).date()
    return (first + n * DAY for n in range((last - first).days + 1))


def _worked(stretches: Iterable[WorkingHours], day: date, steady: Steady) -> Iterator[Interval]:
    for _, starts, ends in stretches:
        until = day + DAY if ends == MIDNIGHT else day
        begins = max(datetime.combine(day, starts, UTC) - steady.offset, steady.starts_at)
        stops = min(datetime.combine(until, ends, UTC) - steady.offset, steady.ends_at)
        if begins < stops:
            yield Interval(begins, stops)


def _joined(found: list[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for begins, ends in sorted(found):
        if joined and begins <= joined[-1].ends_at:
            joined[-1] = Interval(joined[-1].starts_at, max(joined[-1].ends_at, ends))
        else:
            joined.append(Interval(begins, ends))
    return joined


def _works(working: Sequence[Interval], windows: Sequence[Span]) -> bool:
    return all(any(shift.starts_at <= start and end <= shift.ends_at for shift in working) for start, end in windows)


def _blocked(person: Person, windows: Sequence[Span]) -> bool:
    return any(begins < end and ends > start for spans in (person.busy, person.leave) for begins, ends in spans for start, end in windows)
