"""What an order needs of one person: a role with its skills, for every staffed window of the event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduling.localtime import local_days, steady_spans
from scheduling.windows import Coverage, EventDay, Rule, cover_days

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Need:
    """One person for all days: the role, the family to be certified for (None: no certificate), the language ("": any).

    `sandbox` is the organisation whose stand-ins are asked, None for real people. Source: docs/adr/0013
    """

    role: str
    family_id: int | None
    language: str
    zone: str
    days: tuple[EventDay, ...]
    rule: Rule
    sandbox: int | None = None

    @property
    def windows(self) -> tuple[Coverage, ...]:
        """Return the staffed window of each day, which is what gets booked.

        :raises DaysOverlap: when a window reaches into the next one.
        :raises DurationTooLong: when a window lasts more than 24 hours.
        Source: S3, S85, S86
        """
        return cover_days(self.days, self.rule)

    @property
    def dates(self) -> tuple[date, ...]:
        """List the event's calendar dates in its own zone: a certificate must be valid on each. Source: S4."""
        return tuple(dict.fromkeys(day for each in self.days for day in local_days(each.starts_at, each.ends_at, self.zone)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one calendar day in a zone, in wall-clock minutes since midnight (1440: its end): working hours must contain it."""

    zone: str
    on: date
    starts: int
    ends: int


def stretches(windows: Iterable[Coverage], zone: str) -> Iterator[Stretch]:
    """Cut windows at the midnights and clock changes of a zone: what the wall clock shows there while they last."""
    for window in windows:
        for steady in steady_spans(zone, window.opens_at, window.closes_at):
            starts, ends = steady.starts_at + steady.offset, steady.ends_at + steady.offset
            while starts < ends:
                midnight = datetime.combine(starts.date(), time(), starts.tzinfo)
                stops = min(ends, midnight + DAY)
                yield Stretch(zone, starts.date(), (starts - midnight) // MINUTE, -((midnight - stops) // MINUTE))
                starts = stops
