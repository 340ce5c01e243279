"""Who suits an engagement best, and why: rules on plain facts about people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from scheduling.localtime import local_date

REST = timedelta(hours=10)  # between the bookings of one day and those of another, on the person's own calendar
MOST_A_DAY = 3  # bookings that begin on one day of the person's own calendar

# What one more engagement weighs, and how that compares: a customer who is known makes up for one and a half.
ENGAGEMENT, KNOWN_CUSTOMER, HOUR_APART = 60, -90, 5

Span = tuple[datetime, datetime]  # half-open, UTC

# Why somebody cannot, the gravest first.
OBJECTIONS = (
    "no_role", "left", "declined", "silent", "seated", "busy", "on_leave", "not_working", "no_certificate", "no_language", "short_rest",
    "too_many",
)  # fmt: skip


class Reason(NamedTuple):
    """One clause of why or why not; `amount` counts what the code is about, else 0.

    Codes: those of OBJECTIONS (short_rest: minutes, too_many: bookings), and for it: present, knows_customer (engagements),
    load (engagements), hours_apart (hours between the person's clock and the event's).
    """

    code: str
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person for one role on one engagement.

    `objections` are codes that were found elsewhere; `booked` are the person's other bookings around the windows.
    """

    id: int
    objections: frozenset[str] = frozenset()
    zone: str = "UTC"
    booked: Sequence[Span] = ()
    is_present: bool = False
    knows_customer: int = 0
    engagements: int = 0
    minutes_apart: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One person in the ranking."""

    id: int
    why: tuple[Reason, ...]
    why_not: tuple[Reason, ...]
    cost: int

    @property
    def fits(self) -> bool:
        """Nothing speaks against them."""
        return not self.why_not

    @property
    def place(self) -> tuple[int, int, int]:
        """Return what the ranking sorts by: the gravest objections last, then the cost, then who was here first."""
        return sum(2 ** (len(OBJECTIONS) - OBJECTIONS.index(each.code)) for each in self.why_not), self.cost, self.id


def rank(people: Iterable[Facts], windows: Sequence[Span] = ()) -> list[Ranked]:
    """Order people for the windows, best first; who does not fit comes last, with the reasons.

    Hard: the role, a certificate valid on each day, the language, no leave, the windows free and within working hours, ten
    hours' rest, no more than three bookings a day. Soft: has worked for the customer, few engagements, a clock like the event's.
    Source: S4, S30, S74
    """
    return sorted((_judged(each, windows) for each in people), key=lambda ranked: ranked.place)


def _judged(person: Facts, windows: Sequence[Span]) -> Ranked:
    apart = round(person.minutes_apart / 60)
    cost = ENGAGEMENT * person.engagements + HOUR_APART * apart + (KNOWN_CUSTOMER if person.knows_customer else 0)
    return Ranked(person.id, tuple(_why(person, apart)), tuple(_why_not(person, windows)), cost)


def _why(person: Facts, apart: int) -> Iterator[Reason]:
    if person.is_present:
        yield Reason("present")
    if person.knows_customer:
        yield Reason("knows_customer", person.knows_customer)
    yield Reason("load", person.engagements)
    yield Reason("hours_apart", apart)


def _why_not(person: Facts, windows: Sequence[Span]) -> Iterator[Reason]:
    yield from (Reason(code) for code in OBJECTIONS if code in person.objections)
    rest = shortest_rest(windows, person.booked, person.zone)
    if rest is not None and rest < REST:
        yield Reason("short_rest", rest // timedelta(minutes=1))
    most = busiest_day(windows, person.booked, person.zone)
    if most > MOST_A_DAY:
        yield Reason("too_many", most)


def shortest_rest(windows: Sequence[Span], booked: Sequence[Span], zone: str) -> timedelta | None:
    """Return the shortest pause between a window and a booking that begins on another day there; None without one."""
    pauses = [
        max(starts_at - booked_until, booked_at - ends_at)
        for starts_at, ends_at in windows
        for booked_at, booked_until in booked
        if local_date(starts_at, zone) != local_date(booked_at, zone)
    ]
    return min(pauses, default=None)


def busiest_day(windows: Sequence[Span], booked: Sequence[Span], zone: str) -> int:
    """Count what would begin on the fullest day of the windows; 0 without windows."""
    days = [local_date(starts_at, zone) for starts_at, _ in windows]
    taken = [local_date(starts_at, zone) for starts_at, _ in booked]
    return max((days.count(day) + taken.count(day) for day in set(days)), default=0)
