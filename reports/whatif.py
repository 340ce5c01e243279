"""What one more person would have taken: the refused wishes played again, first come, first served. Pure. Source: peers, idea 12"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.needs import stretches
from scheduling.windows import NOTHING, Coverage, EventDay


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish that nobody could take: half-open staffed intervals, UTC."""

    asked_at: datetime
    role: str
    family_id: int | None
    language: str
    windows: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who might be hired: minutes since midnight in their zone, on these weekdays; certified for everything, never on leave."""

    role: str
    languages: frozenset[str]
    zone: str
    starts: int
    ends: int
    weekdays: frozenset[int] = frozenset(range(5))


def taken_by(person: Person, wishes: Iterable[Wish]) -> list[Wish]:
    """The wishes this person would have taken, in the order they were asked; two never overlap, and none reaches out of the hours."""
    calendar: list[tuple[datetime, datetime]] = []
    taken = []
    for wish in sorted(wishes, key=lambda each: each.asked_at):
        if _fits(person, wish) and all(_is_free(calendar, window) for window in wish.windows):
            for window in wish.windows:
                insort(calendar, window)
            taken.append(wish)
    return taken


def _fits(person: Person, wish: Wish) -> bool:
    if wish.role != person.role or (wish.language and wish.language not in person.languages):
        return False
    windows = [Coverage(EventDay(opens, closes), opens, closes, NOTHING, NOTHING, None) for opens, closes in wish.windows]
    return all(
        each.on.weekday() in person.weekdays and person.starts <= each.starts and each.ends <= person.ends
        for each in stretches(windows, person.zone)
    )


def _is_free(calendar: Sequence[tuple[datetime, datetime]], window: tuple[datetime, datetime]) -> bool:
    place = bisect_left(calendar, window)
    before_ends = calendar[place - 1][1] if place else None
    next_begins = calendar[place][0] if place < len(calendar) else None
    return (before_ends is None or before_ends <= window[0]) and (next_begins is None or next_begins >= window[1])
