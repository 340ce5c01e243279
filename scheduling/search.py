"""The search for other times: shifts of a wish at which one person can staff all of it, best first."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from scheduling.hours import Interval, Person, Shifts, blocks, free_intervals
from scheduling.localtime import reached, steady_spans, wall

NEAR = 2  # days on either side that are searched before the rest
DAY = 24 * 60
TIME_OF_DAY_WEIGHT = 4  # six hours at another time of day count like a whole day: same time of day preferred
OTHER_PERSON_WEIGHT = 120  # keeping the person is worth half an hour's other time of day; Source: S47

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NO_BOUND = sys.maxsize
SLACK = timedelta(hours=4)  # more than any clock change
MINUTE, NOTHING = timedelta(minutes=1), timedelta()

Range = tuple[int, int]  # shifts of the wish in wall-clock minutes, both ends included
T = TypeVar("T")
Reader = Callable[[Callable[[], Interval]], Iterable[Person]]  # yields people; asks which time still matters of those to come


@dataclass(frozen=True, slots=True)
class WishedDay:
    """One day of the wish: its start, and the staffed window as elapsed time before and after that start."""

    starts_at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True, slots=True)
class Wish:
    """The time that was asked for; a shifted wish keeps the wall times of its days in `zone`."""

    zone: str
    days: tuple[WishedDay, ...]


class Reason(NamedTuple):
    """One clause of why an alternative is offered: `amount` counts the days or minutes of the code, else 0.

    Codes: same_person, other_person; same_day, later_day, earlier_day; same_time, later_time, earlier_time.
    """

    code: str
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """A time at which one person can staff the whole wish."""

    starts_at: datetime
    person: int
    starts: tuple[datetime, ...]
    windows: tuple[Interval, ...]
    why: tuple[Reason, ...]


class Offer(NamedTuple):
    """A possible start, ordered best first: cost, then the later one, then the person asked first."""

    cost: int
    earlier: int
    rank: int

    @property
    def shift(self) -> int:
        """Return the wall-clock minutes between the wish and this start."""
        return -self.earlier


class Search:
    """One request for alternatives; a start is the shift of the wish in wall-clock minutes of the event's zone."""

    def __init__(
        self,
        read: Reader,
        wish: Wish,
        *,
        prefer: frozenset[int],
        reach: int,
        step: int,
        floor: datetime,
        ceiling: datetime | None,
    ) -> None:
        self.read, self.wish, self.prefer, self.reach, self.step = read, wish, prefer, reach, step
        self.people: list[Person] = []
        self.locals = [wall(day.starts_at, wish.zone).replace(fold=0) for day in wish.days]
        self.walls = [_minutes(local) for local in self.locals]
        self.time_of_day = self.walls[0] % DAY
        others = len(wish.days) - 1
        self.floors = [floor] + [ALWAYS] * others
        self.ceilings = [NEVER] * others + [ceiling or NEVER]
        self.low, self.high = -NO_BOUND, NO_BOUND  # the shifts that are still worth a look
        self.slack = SLACK  # how far a shift on the wall clock can be from the same shift in elapsed time
        self.soonest = _minutes(wall(floor, wish.zone)) - SLACK // MINUTE - self.walls[0]
        self.latest = _minutes(wall(ceiling, wish.zone)) + SLACK // MINUTE - self.walls[-1] if ceiling else NO_BOUND

    def near(self, count: int) -> list[Offer]:
        """Return the best starts of as many near days, or nothing when a day further off may have a better one."""
        chosen = self._daily(self._feasible(NEAR), count)
        return chosen if len(chosen) == count and chosen[-1].cost < (NEAR + 1) * DAY else []

    def all(self, days: int, count: int) -> list[Offer]:
        """Return the best start of each day up to `days` away; too few of them are filled up with second ones."""
        seen: list[tuple[int, list[Range]]] = []
        chosen = self._daily(_kept(self._feasible(days), seen), count)
        if len(chosen) < count:
            taken = {offer.shift for offer in chosen}
            chosen += [offer for offer in self._second(seen, count) if offer.shift not in taken][: count - len(chosen)]
        return chosen

    def alternative(self, offer: Offer) -> Alternative:
        """Turn a start back into instants and say why it is offered."""
        starts = tuple(reached(local + offer.shift * MINUTE, self.wish.zone) for local in self.locals)
        windows = tuple(Interval(start - day.before, start + day.after) for start, day in zip(starts, self.wish.days, strict=True))
        person = self.people[offer.rank].id
        return Alternative(starts[0], person, starts, windows, tuple(self._why(person, offer.shift)))

    def _why(self, person: int, shift: int) -> Iterator[Reason]:
        if self.prefer:
            yield Reason("same_person" if person in self.prefer else "other_person")
        days = (self.time_of_day + shift) // DAY
        minutes = shift - days * DAY
        yield Reason(("same_day", "later_day", "earlier_day")[(days > 0) - (days < 0)], abs(days))
        yield Reason(("same_time", "later_time", "earlier_time")[(minutes > 0) - (minutes < 0)], abs(minutes))

    def _feasible(self, days: int) -> Iterator[tuple[int, list[Range]]]:
        """Work out each person's possible shifts up to so many whole calendar days away."""
        start, end = span(self.wish, days)
        self.low = max(-self.reach, -days * DAY - self.time_of_day)
        self.high = min(self.reach, (days + 1) * DAY - self.time_of_day - 1)
        clock, shifts = _clock(self.wish.zone, start, end), Shifts(start, end)
        self.slack = SLACK if len(clock) > 1 else NOTHING
        least = min(day.before + day.after for day in self.wish.days)
        self.people.clear()
        for rank, person in enumerate(self.read(self.matters)):
            self.people.append(person)
            if not person.hours:
                continue
            begin, stop = self.matters()
            working = [each for each in shifts.of(person) if each[1] > begin and each[0] < stop]
            blocked = [each for each in blocks(person) if each[1] > begin and each[0] < stop]
            free = free_intervals(working, blocked, least)
            possible = [(self.low, self.high)]
            for index in range(len(self.wish.days)):
                possible = _common(possible, self._shifts(index, free, clock)) if free and possible else []
            if possible:
                yield rank, possible

    def matters(self) -> Interval:
        """Return the time that the windows of the shifts worth a look can touch: what must be known of the next person."""
        first, last = self.wish.days[0], self.wish.days[-1]
        begin = first.starts_at - first.before + self.low * MINUTE - self.slack
        return Interval(begin, last.starts_at + last.after + self.high * MINUTE + self.slack)

    def _shifts(self, index: int, free: Sequence[Interval], clock: Sequence[tuple[int, int, int, int]]) -> list[Range]:
        """Turn free time into the shifts at which one day's window fits into it, in order."""
        day, floor, ceiling, wished = self.wish.days[index], self.floors[index], self.ceilings[index], self.walls[index]
        found = []
        for opens, closes in free:
            soonest, latest = max(opens + day.before, floor), min(closes - day.after, ceiling)
            if soonest > latest:
                continue
            low, high = -((EPOCH - soonest) // MINUTE), (latest - EPOCH) // MINUTE
            for begins, ends, offset, unseen in clock:
                one, other = max(max(low, begins) + offset, unseen), min(high, ends - 1) + offset
                if one <= other:
                    found.append((one - wished, other - wished))
        return found

    def _daily(self, feasible: Iterable[tuple[int, list[Range]]], count: int) -> list[Offer]:
        """Return the best start of each of the `count` best days, best first; ask no more people than can better them."""
        daily: dict[int, Offer] = {}
        for rank, shifts in feasible:
            before = daily.copy()
            for low, high in shifts:
                for day in self._days(low, high):
                    known = daily.get(day)
                    if known is None or known.cost > abs(day) * DAY:  # nothing beats the wished time of day
                        for offer in self._nearest(day, rank, low, high, 1):
                            daily[day] = min(known or offer, offer)
            if daily != before and len(daily) >= count and not self._look_on(daily, sorted(daily.values())[count - 1].cost):
                break
        return sorted(daily.values())[:count]

    def _look_on(self, daily: dict[int, Offer], bound: int) -> bool:
        """Narrow the search to starts that can still better a day within the bound; say whether there are any.

        A start costs at least its distance, so days beyond the bound do not count.
        """
        preferred_to_come = bool(self.prefer) and not self.prefer.issubset(person.id for person in self.people)
        weight = OTHER_PERSON_WEIGHT if self.prefer and not preferred_to_come else 0
        first, last = (self.time_of_day + self.soonest) // DAY, (self.time_of_day + self.latest) // DAY
        low, high = NO_BOUND, -NO_BOUND
        for day in range(max(-(bound // DAY), first), min(bound // DAY, last) + 1):
            known, (least, earlier) = daily.get(day), self._ideal(day, weight)
            if known is None or known[:2] > (least, earlier):
                around = (known.cost - weight - abs(day) * DAY) // TIME_OF_DAY_WEIGHT if known else DAY
                low, high = min(low, day * DAY - around), max(high, day * DAY + around)
        if low <= high:
            self.low, self.high = max(self.low, low), min(self.high, high)
        return low <= high or preferred_to_come

    def _ideal(self, day: int, weight: int) -> tuple[int, int]:
        """Return the least cost on a day, and its tie-breaker: the wished time, or on the wished day the next step to it."""
        if day:
            return abs(day) * DAY + weight, -day * DAY
        up, down = self._on_step(1, up=True), self._on_step(-1, up=False)
        return weight + TIME_OF_DAY_WEIGHT * min(up, -down), -up if up <= -down else -down

    def _second(self, feasible: Iterable[tuple[int, list[Range]]], count: int) -> list[Offer]:
        """Return every start that can be among the best `count`, each with its best person, best first."""
        known: dict[int, Offer] = {}
        for rank, shifts in feasible:
            for low, high in shifts:
                for day in self._days(low, high):
                    for offer in self._nearest(day, rank, low, high, count):
                        known[offer.shift] = min(known.get(offer.shift, offer), offer)
        return sorted(known.values())

    def _days(self, low: int, high: int) -> range:
        return range((self.time_of_day + low) // DAY, (self.time_of_day + high) // DAY + 1)

    def _nearest(self, day: int, rank: int, low: int, high: int, count: int) -> Iterator[Offer]:
        """Yield the `count` starts of a calendar day within the shifts that are nearest to the wished time of day."""
        same, midnight = day * DAY, day * DAY - self.time_of_day
        low, high = max(low, midnight), min(high, midnight + DAY - 1)
        cost = abs(day) * DAY + (OTHER_PERSON_WEIGHT if self.prefer and self.people[rank].id not in self.prefer else 0)
        if day and low <= same <= high:
            yield Offer(cost, -same, rank)
            count -= 1
        up, down = self._on_step(max(low, same + 1), up=True), self._on_step(min(high, same - 1), up=False)
        for _ in range(count):
            if up <= high and (down < low or up - same <= same - down):
                yield Offer(cost + TIME_OF_DAY_WEIGHT * (up - same), -up, rank)
                up += self.step
            elif down >= low:
                yield Offer(cost + TIME_OF_DAY_WEIGHT * (same - down), -down, rank)
                down -= self.step

    def _on_step(self, shift: int, *, up: bool) -> int:
        beyond = (self.time_of_day + shift) % self.step
        return shift + (-beyond % self.step if up else -beyond)


def span(wish: Wish, days: int) -> Interval:
    """Return the time that matters to a search so many whole days around."""
    first, last, margin = wish.days[0], wish.days[-1], timedelta(days=days + 1) + SLACK
    return Interval(first.starts_at - first.before - margin, last.starts_at + last.after + margin)


def _minutes(local: datetime) -> int:
    """Count the minutes of a wall time since 1970 on that wall."""
    return (local.replace(tzinfo=UTC, fold=0) - EPOCH) // MINUTE


def _kept(each: Iterable[T], seen: list[T]) -> Iterator[T]:
    """Pass everything on, and keep it."""
    for one in each:
        seen.append(one)
        yield one


def _clock(zone: str, start: datetime, end: datetime) -> list[tuple[int, int, int, int]]:
    """Return the zone's steady spans as minutes: from, until, offset, and the first wall time not shown before."""
    clock, unseen = [], -sys.maxsize
    for span in steady_spans(zone, start, end):
        begins, ends, offset = (span.starts_at - EPOCH) // MINUTE, (span.ends_at - EPOCH) // MINUTE, span.offset // MINUTE
        clock.append((begins, ends, offset, unseen))
        unseen = max(unseen, ends + offset)
    return clock


def _common(ones: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """Intersect two ordered lists of ranges."""
    found, at, count = [], 0, len(others)
    for low, high in ones:
        while at < count and others[at][1] < low:
            at += 1
        for other in range(at, count):
            if others[other][0] > high:
                break
            found.append((max(low, others[other][0]), min(high, others[other][1])))
    return found
