"""The staffed window around an event day, and what of the event it leaves uncovered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from scheduling.localtime import STEP, TimeRefused, local_date, resolve

NOTHING = timedelta()
LONGEST_DAY = timedelta(hours=24)
LONGEST_WINDOW = timedelta(hours=25)  # what one booking may last: the longest day and its lead-in


class TooManyDays(TimeRefused):
    """More event days than the package supports."""

    code = "too_many_days"

    def __init__(self, days: int, most: int) -> None:
        super().__init__(f"{days} days asked, at most {most} possible")
        self.days, self.most = days, most


class NoDays(TimeRefused):
    """An event needs at least one day."""

    code = "no_days"


class DaysNotConsecutive(TimeRefused):
    """The days must follow each other on the calendar of the event's zone."""

    code = "days_not_consecutive"


class DaysOverlap(TimeRefused):
    """A day, with the help before and after it, runs into the next one."""

    code = "days_overlap"


class DurationTooShort(TimeRefused):
    """A day lasts longer than nothing."""

    code = "duration_too_short"


class DurationTooLong(TimeRefused):
    """A day lasts at most 24 hours, its staffed window 25."""

    code = "duration_too_long"


class DurationNotInSteps(TimeRefused):
    """Durations go in steps of 15 minutes."""

    code = "duration_not_in_steps"


class InThePast(TimeRefused):
    """The event would have started already."""

    code = "in_the_past"


@dataclass(frozen=True, slots=True)
class EventDay:
    """One day of an event as it was asked for: half-open, UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def duration(self) -> timedelta:
        """Return the elapsed length."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Rule:
    """What a package staffs around an event day. Source: S3, S64, S85"""

    lead_in: timedelta
    lead_out: timedelta = NOTHING
    daily_cap: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The staffed window of one event day (half-open, UTC) and what stays outside it.

    `uncovered` is the tail of the event itself, `uncovered_lead_out` the missing part of the help after it; `capped_at`
    is the instant at which the daily cap cuts, None when it does not.
    """

    day: EventDay
    opens_at: datetime
    closes_at: datetime
    uncovered: timedelta
    uncovered_lead_out: timedelta
    capped_at: datetime | None

    @property
    def staffed(self) -> timedelta:
        """Return the elapsed length of the window."""
        return self.closes_at - self.opens_at

    @property
    def covered(self) -> timedelta:
        """Return how much of the event itself is inside the window."""
        return self.day.duration - self.uncovered


@dataclass(frozen=True, slots=True)
class DayWish:
    """One asked event day: naive wall time in the event's zone and elapsed length."""

    local_start: datetime
    duration: timedelta
    fold: int | None = None


def cover(day: EventDay, rule: Rule) -> Coverage:
    """Work out the window [start - lead_in, min(end + lead_out, start - lead_in + cap)] in elapsed time.

    Source: S3, S64, S85, S86
    """
    opens_at = day.starts_at - rule.lead_in
    wanted = day.ends_at + rule.lead_out
    limit = wanted if rule.daily_cap is None else opens_at + rule.daily_cap
    closes_at = min(wanted, limit)
    return Coverage(
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        uncovered=min(max(day.ends_at - closes_at, NOTHING), day.duration),
        uncovered_lead_out=min(wanted - closes_at, rule.lead_out),
        capped_at=closes_at if closes_at < wanted else None,
    )


def cover_days(days: Iterable[EventDay], rule: Rule) -> tuple[Coverage, ...]:
    """Cover each day; one person can staff them all.

    :raises DaysOverlap: when a window reaches into the next one.
    :raises DurationTooLong: when a window with its help before and after lasts more than 25 hours.
    Source: S76, S85, S86
    """
    covered = tuple(cover(day, rule) for day in days)
    if any(day.staffed > LONGEST_WINDOW for day in covered):
        raise DurationTooLong("a staffed window lasts at most 25 hours")
    if any(one.closes_at > following.opens_at for one, following in pairwise(covered)):
        raise DaysOverlap("a staffed window reaches into the next day's")
    return covered


def days_of(wishes: Sequence[DayWish], zone: str, *, max_days: int, now: datetime) -> tuple[EventDay, ...]:
    """Check the asked days and turn them into instants, in calendar order.

    :raises NoDays: when nothing is asked.
    :raises TooManyDays: when more than `max_days` are asked.
    :raises DurationTooShort: when a day lasts 0 or less.
    :raises DurationTooLong: when a day lasts more than 24 elapsed hours.
    :raises DurationNotInSteps: when a duration is not a multiple of 15 minutes.
    :raises ImpossibleLocalTime: when a start does not exist in the zone.
    :raises AmbiguousLocalTime: when a start happens twice and no fold was chosen.
    :raises DaysNotConsecutive: when the calendar dates in the zone do not follow each other.
    :raises DaysOverlap: when a day is still running when the next one starts.
    :raises InThePast: when the first day does not start after `now`.
    Source: S22, S76
    """
    _check_lengths(wishes, max_days)
    ordered = sorted(wishes, key=lambda wish: wish.local_start)
    starts = [resolve(wish.local_start, zone, wish.fold) for wish in ordered]
    days = tuple(EventDay(start, start + wish.duration) for start, wish in zip(starts, ordered, strict=True))
    for one, following in pairwise(days):
        if local_date(following.starts_at, zone) - local_date(one.starts_at, zone) != timedelta(days=1):
            raise DaysNotConsecutive("the days must follow each other on the calendar")
        if one.ends_at > following.starts_at:
            raise DaysOverlap("a day is still running when the next one starts")
    if days[0].starts_at <= now:
        raise InThePast("the event would have started already")
    return days


def _check_lengths(wishes: Sequence[DayWish], max_days: int) -> None:
    if not wishes:
        raise NoDays("an event needs at least one day")
    if len(wishes) > max_days:
        raise TooManyDays(len(wishes), max_days)
    for wish in wishes:
        if wish.duration <= NOTHING:
            raise DurationTooShort("a day lasts longer than nothing")
        if wish.duration > LONGEST_DAY:
            raise DurationTooLong("a day lasts at most 24 hours")
        if wish.duration % STEP:
            raise DurationNotInSteps("durations go in steps of 15 minutes")
