"""The pinned zones and their clock changes, found without the code under test."""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.reliability.figures import FULL

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

zoneinfo.reset_tzpath(())  # the pinned tzdata only, as the settings do


@dataclass(frozen=True)
class Change:
    """One clock change: the instant, the offsets before and after it."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def size(self) -> timedelta:
        return self.after - self.before


@cache
def zones() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones()))


def shown(instant: datetime, zone: str) -> datetime:
    """Read the wall clock by the UTC-to-local way only."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def offset(instant: datetime, zone: str) -> timedelta:
    return shown(instant, zone) - instant.replace(tzinfo=None)


@cache
def changes() -> tuple[Change, ...]:
    """Those of every zone; of zones that show the same clock in all these years, a common run asks one."""
    clocks = {(offset(FIRST, zone), tuple((each.at, each.after) for each in changes_in(zone))): zone for zone in zones()}
    return tuple(change for zone in (zones() if FULL else clocks.values()) for change in changes_in(zone))


@cache
def changes_in(zone: str) -> list[Change]:
    """Scan it in steps of two days, then halve down to the minute; no zone changes twice within them."""
    found, step = [], timedelta(days=2)
    here, now = FIRST, offset(FIRST, zone)
    while here < LAST:
        then = offset(here + step, zone)
        if then != now:
            found.append(Change(zone, _narrow(here, here + step, now, zone), now, then))
        here, now = here + step, then
    return found


def _narrow(low: datetime, high: datetime, before: timedelta, zone: str) -> datetime:
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
    return high


def meanings(local: datetime, zone: str) -> list[datetime]:
    """List every instant at which the wall clock shows `local`, by trying the offsets seen in the days around it."""
    base = local.replace(tzinfo=UTC, fold=0)
    seen = {offset(base + timedelta(hours=6 * n), zone) for n in range(-6, 7)}
    return sorted(base - one for one in seen if shown(base - one, zone) == local.replace(fold=0))
