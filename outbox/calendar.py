"""Calendar invitations that mail programs put into, move in and take out of a calendar.

Times are written in UTC: they are exactly the instants we keep, no program has to know the zone or its rules (Outlook knows
no IANA names and no listed clock changes), and nothing moves by itself when rules change; the event's zone goes along as a
hint for display. An event of several days is ONE calendar entry, because an invitation may hold one UID only (RFC 5546,
3.2.2) and mail programs drop the second: a daily rule, with a RECURRENCE-ID component for each day that is not exactly 24
hours after the one before, such as after a clock change.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress, vRecur, vText

DAY = timedelta(days=1)
METHODS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # controls and halves of characters
ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+")
SAFE_IN_URL = "%/:?#[]@!$&'()*+,;=~"


class NotAnAddress(ValueError):
    """The text is not one mail address."""


def invitation(
    *,
    uid: str,
    sequence: int,
    method: str,
    organizer: str,
    attendee: str,
    summary: str,
    description: str,
    location: str,
    url: str,
    days: Sequence[tuple[datetime, datetime]],
    zone: str,
    stamp: datetime,
) -> bytes:
    """Write one invitation, its update (same `uid`, higher `sequence`) or its cancellation.

    `days` are half-open UTC spans in order; `organizer` and `attendee` are addresses, with or without a name. Whatever the
    texts hold becomes text: line breaks are kept, other control characters dropped. A `url` that is not http(s) is left out.

    :raises NotAnAddress: when an address is none.
    :raises ValueError: when the method is unknown or there are no days.
    Source: row 46 of the promises
    """
    if method not in METHODS or not days:
        raise ValueError("an invitation has a known method and a day")
    invited = Calendar()
    for name, value in (("PRODID", "-//Assist portal//EN"), ("VERSION", "2.0"), ("CALSCALE", "GREGORIAN"), ("METHOD", method)):
        invited.add(name, value)
    invited.add("X-WR-TIMEZONE", vText(_text(zone)))
    for start, end, original in _entries(days, corrected=method == "REQUEST"):
        entry = Event()
        entry.add("UID", vText(_text(uid)))
        entry.add("SEQUENCE", sequence)
        entry.add("STATUS", METHODS[method])
        for name, instant in (("DTSTAMP", stamp), ("DTSTART", start), ("DTEND", end), ("RECURRENCE-ID", original)):
            if instant:
                entry.add(name, instant.astimezone(UTC).replace(microsecond=0))
        if len(days) > 1 and not original:
            entry.add("RRULE", vRecur(FREQ="DAILY", COUNT=len(days)))
        _describe(entry, summary, description, location, url)
        entry.add("ORGANIZER", _address(organizer), encode=False)
        entry.add("ATTENDEE", _attendee(attendee), encode=False)
        invited.add_component(entry)
    return bytes(invited.to_ical())


@dataclass(frozen=True)
class Entry:
    """One thing in a calendar that is subscribed to; instants are UTC, `url` an address of the portal."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    url: str
    stamp: datetime
    is_cancelled: bool = False
    is_tentative: bool = False


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """Write a calendar to subscribe to; whatever the texts hold becomes text. Source: row 46 of the promises"""
    calendar = Calendar()
    for key, value in (("PRODID", "-//Assist portal//EN"), ("VERSION", "2.0"), ("CALSCALE", "GREGORIAN"), ("METHOD", "PUBLISH")):
        calendar.add(key, value)
    calendar.add("X-WR-CALNAME", vText(_text(name)))
    for each in entries:
        event = Event()
        event.add("UID", vText(_text(each.uid)))
        event.add("STATUS", "CANCELLED" if each.is_cancelled else "TENTATIVE" if each.is_tentative else "CONFIRMED")
        for key, instant in (("DTSTAMP", each.stamp), ("DTSTART", each.starts_at), ("DTEND", each.ends_at)):
            event.add(key, instant.astimezone(UTC).replace(microsecond=0))
        _describe(event, each.summary, each.description, each.location, each.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _entries(days: Sequence[tuple[datetime, datetime]], *, corrected: bool) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """Yield the first day, which carries the rule, then each day that the rule gets wrong with the time the rule gives it."""
    (first_start, first_end), later = days[0], days[1:] if corrected else ()
    yield first_start, first_end, None
    for position, (start, end) in enumerate(later, 1):
        by_rule = first_start.astimezone(UTC) + position * DAY
        if (start, end - start) != (by_rule, first_end - first_start):
            yield start, end, by_rule


def _describe(entry: Event, summary: str, description: str, location: str, url: str) -> None:
    for name, value in (("SUMMARY", summary), ("DESCRIPTION", description), ("LOCATION", location)):
        if value:
            entry.add(name, vText(_text(value)))
    if url.lower().startswith(("http://", "https://")):
        entry.add("URL", quote(url.encode(errors="replace"), safe=SAFE_IN_URL))


def _attendee(text: str) -> vCalAddress:
    """Return the invited person; answers are not asked for, because nobody would read them."""
    address = _address(text)
    address.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    return address


def _address(text: str) -> vCalAddress:
    line = " ".join(_text(text).split())
    name, address = parseaddr(line)
    if address not in line or not ADDRESS.fullmatch(address):
        raise NotAnAddress("that is not one mail address")
    written = vCalAddress(f"mailto:{address}")
    if name:
        written.params["CN"] = vText(name)
    return written


def _text(value: str) -> str:
    return NOT_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
