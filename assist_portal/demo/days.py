"""Days and hours around the moment at which the demo is made: everything in it is relative to that moment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.localtime import local_date

SATURDAY = 5
# From west to east, so that it is daytime in one of them at any moment.
ZONES = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/Toronto", "America/Sao_Paulo",
    "Europe/Paris", "Asia/Dubai", "Asia/Bangkok", "Asia/Tokyo", "Pacific/Auckland",
)  # fmt: skip


def working_day(now: datetime, days: int, zone: str) -> date:
    """The day so many days from now, or the next Monday to Friday after it; before it when it lies in the past."""
    day = local_date(now, zone) + timedelta(days=days)
    step = timedelta(days=1 if days >= 0 else -1)
    while day.weekday() >= SATURDAY:
        day += step
    return day


def zone_where(instant: datetime, hour: int) -> str:
    """The zone in which the clock is nearest to this hour at that instant."""
    return min(ZONES, key=lambda zone: abs(instant.astimezone(ZoneInfo(zone)).hour + instant.minute / 60 - hour))


def wall(instant: datetime, zone: str) -> datetime:
    """The wall time of an instant, without its zone, cut to the quarter of an hour."""
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
    return local.replace(minute=local.minute - local.minute % 15)
