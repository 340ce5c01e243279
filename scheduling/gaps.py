"""Other times at which someone is free, when nobody is at the time that was asked for."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from scheduling.hours import Interval, Person
from scheduling.localtime import STEP
from scheduling.search import MINUTE, Alternative, Reader, Reason, Search, Wish, WishedDay, span
from scheduling.windows import Coverage

__all__ = ["Alternative", "Reason", "Wish", "WishedDay", "alternatives", "span_to_read", "wish_of"]

HORIZON = timedelta(days=14)  # Source: S48
OFFERS = 3  # Source: S48


def wish_of(covered: Sequence[Coverage], zone: str) -> Wish:
    """Take the wish from the covered days of an event."""
    return Wish(
        zone,
        tuple(WishedDay(day.day.starts_at, day.day.starts_at - day.opens_at, day.closes_at - day.day.starts_at) for day in covered),
    )


def span_to_read(wish: Wish, horizon: timedelta = HORIZON) -> Interval:
    """Return the stretch of time whose bookings and leave `alternatives` needs to see."""
    return span(wish, horizon.days + 1)


def alternatives(
    people: Sequence[Person] | Reader,
    wish: Wish,
    *,
    now: datetime,
    earliest: datetime | None = None,
    latest: datetime | None = None,
    prefer: Collection[int] = (),
    horizon: timedelta = HORIZON,
    step: timedelta = STEP,
    count: int = OFFERS,
) -> tuple[Alternative, ...]:
    """Find at most three other starts at which one person is free for every window, nearest first.

    Exactly three when three exist: the first day starts within `horizon` of the wish on the wall clock of the event's
    zone, on a step of that clock or at the wished time of day; times the clocks skip are left out, of a doubled time the
    first is meant. Each day offers its best start before any day offers a second one. Best is least far in days, six hours
    at another time of day counting like a day; people in `prefer`, then those named first, win. No window opens before
    `now`; no first day starts before `earliest`, unless the wish did; no last day starts after `latest`.

    `busy` and `leave` must hold what overlaps `span_to_read(wish, horizon)`. A reader instead of a list is called once or
    twice, and read only as far as somebody could still better the answer; what overlaps the time it is told will do.
    None of the offers is held by this.
    Source: S47, S48
    """
    search = Search(
        people if callable(people) else lambda _matters: people,
        wish,
        prefer=frozenset(prefer),
        reach=horizon // MINUTE,
        step=step // MINUTE,
        floor=_floor(wish, now, earliest),
        ceiling=latest,
    )
    chosen = search.near(count) or search.all(horizon.days + 1, count)
    chosen.sort(key=lambda offer: (abs(offer.shift), offer.earlier))
    return tuple(search.alternative(offer) for offer in chosen)


def _floor(wish: Wish, now: datetime, earliest: datetime | None) -> datetime:
    """Return the earliest start: no window opens in the past, and a wish in time is not answered by a late one."""
    first = wish.days[0]
    in_time = earliest if earliest and first.starts_at >= earliest else now
    return max(now + first.before, in_time)
