"""Times as sentences: every one names its zone and offset, in the language of the reader."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_timedelta, get_day_names, get_month_names
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NO_BREAK = "\N{NO-BREAK SPACE}"
A_MOMENT = timedelta(minutes=1)
_TWO_DIGITS = tuple(f"{number:02}" for number in range(60))
_OWN_NAMES = {("America/Montreal", "fr"): "Montréal"}  # tzdata keeps the name only as an alias, so Babel has no word for it


def reader_language() -> str:
    """Return `en` or `fr`, whichever the reader reads now."""
    return "fr" if (get_language() or "en").startswith("fr") else "en"


def city(zone: str) -> str:
    """Name a zone the way people do: `America/Montreal` is Montreal."""
    return _city(zone, reader_language())


@lru_cache(maxsize=2048)  # every zone in both languages
def _city(zone: str, language: str) -> str:
    if (zone, language) in _OWN_NAMES:
        return _OWN_NAMES[zone, language]
    if zone not in get_global("zone_aliases"):
        known = Locale(language).time_zones.get(zone, {}).get("city")
        if known:
            return str(known)
    return zone.rpartition("/")[2].replace("_", " ")


def offset(instant: datetime, zone: str) -> str:
    """Write a zone's distance from UTC at that instant: `UTC-4`, `UTC+5:30`, `UTC`."""
    minutes = _minutes_from_utc(instant, zone)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _minutes_from_utc(instant: datetime, zone: str) -> int:
    return round((instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds() / 60)


def place(start: datetime, end: datetime, zone: str) -> str:
    """Name the zone with its offset, with both offsets when the clocks change in between."""
    name, first = city(zone), offset(start, zone)
    if _minutes_from_utc(start, zone) != _minutes_from_utc(end, zone):
        between = _("%(first)s, then %(last)s") % {"first": first, "last": offset(end, zone)}
        return f"{name} ({between})"
    return first if name == first else f"{name} ({first})"


def day(value: date, *, weekday: bool = True, year: bool = True) -> str:
    """Write a day: `Tue 16 March 2027`, in French `mar. 16 mars 2027`."""
    language = reader_language()
    weekdays, months = _names(language)
    number = "1er" if language == "fr" and value.day == 1 else value.day
    return f"{weekdays[value.weekday()] + ' ' if weekday else ''}{number} {months[value.month]}{f' {value.year}' if year else ''}"


@lru_cache(maxsize=2)  # Babel's own patterns take a third of the time of a page with many days
def _names(language: str) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """The days from Monday as 0, short, and the months from 1."""
    return dict(get_day_names("abbreviated", locale=language)), dict(get_month_names("wide", locale=language))


def clock(value: time | datetime) -> str:
    """Write a time of day on a 24-hour clock: `09:30`, in French `9 h 30`."""
    if reader_language() == "fr":
        return f"{value.hour}{NO_BREAK}h" + (f"{NO_BREAK}{value.minute:02}" if value.minute else "")
    return f"{value.hour:02}:{value.minute:02}"


def moment(instant: datetime, zone: str) -> str:
    """Write one instant: `Tue 16 March 2027, 09:30, Montreal (UTC-4)`."""
    local = instant.astimezone(ZoneInfo(zone))
    parts = {"day": day(local), "time": clock(local), "place": place(local, local, zone)}
    return _("%(day)s, %(time)s, %(place)s") % parts


def span(start: datetime, end: datetime, zone: str) -> str:
    """Write from when to when: `Tue 16 March 2027, 09:30 to 11:00, Montreal (UTC-4)`."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    parts = {"day": day(first), "start": clock(first), "end": clock(last), "place": place(first, last, zone)}
    if first.date() == last.date():
        return _("%(day)s, %(start)s to %(end)s, %(place)s") % parts
    return _("%(day)s, %(start)s to %(last_day)s, %(end)s, %(place)s") % {**parts, "last_day": day(last)}


def hours(start: datetime, end: datetime, zone: str) -> str:
    """Write only the hours, where the day stands beside them: `09:30 to 11:00 (UTC-4)`."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    offsets = offset(start, zone) if offset(start, zone) == offset(end, zone) else place(start, end, zone)
    return _("%(start)s to %(end)s (%(offset)s)") % {"start": clock(first), "end": clock(last), "offset": offsets}


def hour(instant: datetime, zone: str) -> str:
    """Write one time of day, where the day stands beside it: `09:30 (UTC-4)`."""
    return _("%(time)s (%(offset)s)") % {"time": clock(instant.astimezone(ZoneInfo(zone))), "offset": offset(instant, zone)}


def yours(start: datetime, end: datetime, zone: str, reader_zone: str) -> str:
    """Write the same hours on the reader's clock: `14:30 to 16:00 your time, Paris (UTC+1)`; empty when the clocks agree."""
    if reader_zone in {"", zone} or all(_minutes_from_utc(at, zone) == _minutes_from_utc(at, reader_zone) for at in {start, end}):
        return ""
    there = start.astimezone(ZoneInfo(zone)).date()
    first, last = start.astimezone(ZoneInfo(reader_zone)), end.astimezone(ZoneInfo(reader_zone))
    parts = {"start": clock(first), "end": clock(last), "place": place(start, end, reader_zone)}
    if first.date() != there or last.date() != there:
        parts |= {"start": day_and_clock(first), "end": day_and_clock(last) if last.date() != first.date() else clock(last)}
    if start == end:
        return _("%(start)s your time, %(place)s") % parts
    return _("%(start)s to %(end)s your time, %(place)s") % parts


def relative(instant: datetime, now: datetime) -> str:
    """Write how far off an instant is: `in 3 days`, `2 hours ago`, within a minute `now`. Stands only beside an absolute time."""
    if abs(instant - now) < A_MOMENT:
        return _("now")
    return format_timedelta(instant - now, add_direction=True, locale=reader_language(), threshold=1.2)


def duration(length: timedelta | int) -> str:
    """Write a length, given as a timedelta or in minutes: `1 h 30 min`, `45 min`, `2 h`."""
    minutes = round(length.total_seconds() / 60) if isinstance(length, timedelta) else length
    whole, rest = divmod(minutes, 60)
    parts = [f"{whole}{NO_BREAK}h"] if whole else []
    return NO_BREAK.join([*parts, f"{rest}{NO_BREAK}min"] if rest or not whole else parts)


def machine(instant: datetime) -> str:
    """Write an instant for a `datetime` attribute: RFC 3339 in UTC."""
    return instant.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def rfc3339(instant: datetime) -> str:
    """Write an instant for programs: RFC 3339 in UTC, exact. A list has hundreds, and isoformat takes twice as long."""
    at, two = instant.astimezone(UTC), _TWO_DIGITS
    part = f".{at.microsecond:06}" if at.microsecond else ""
    return f"{at.year:04}-{two[at.month]}-{two[at.day]}T{two[at.hour]}:{two[at.minute]}:{two[at.second]}{part}Z"


def day_and_clock(local: datetime) -> str:
    """Write what a clock shows: `Tue 16 March, 09:30`; its place is said beside it."""
    return _("%(day)s, %(time)s") % {"day": day(local, year=False), "time": clock(local)}
