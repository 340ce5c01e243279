"""What is written into an invitation is read back as text, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from icalendar import Calendar, Event

from outbox.calendar import NotAnAddress, invitation
from scheduling.localtime import resolve
from tests.reliability.figures import size

START = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_DAY = [(START, START + HOUR)]
FACTS: dict[str, Any] = {
    "uid": "k7@assist",
    "sequence": 0,
    "method": "REQUEST",
    "organizer": "Assist portal <assist@assist.example>",
    "attendee": "ada@harbour.example",
    "summary": "Spring town hall",
    "description": "PR-7K3M-92QX-D",
    "location": "https://harbour.example/room",
    "url": "https://harbour.example/room",
    "days": ONE_DAY,
    "zone": "America/Montreal",
    "stamp": datetime(2027, 3, 1, 12, 0, 0, 123, tzinfo=UTC),
}


def made(**changed: Any) -> tuple[bytes, Calendar, list[Event]]:
    written = invitation(**{**FACTS, **changed})
    read = Calendar.from_ical(written)
    assert isinstance(read, Calendar)
    return written, read, [each for each in read.subcomponents if isinstance(each, Event)]


def names(written: bytes) -> list[str]:
    """List the property names of the unfolded lines, as a program that knows no library reads them."""
    lines = written.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
    return [line.split(":")[0].split(";")[0] for line in lines if line]


EXAMPLES = size(100, 5_000)
TYPED_TEXT = pytest.mark.promise(46, "what was typed stays text in an invitation: one entry, one address, one UID")
PLAIN = names(invitation(**FACTS))


def test_an_invitation() -> None:
    written, read, (event,) = made()
    assert (read["METHOD"], read["VERSION"], read["X-WR-TIMEZONE"]) == ("REQUEST", "2.0", "America/Montreal")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("k7@assist", 0, "CONFIRMED")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == ONE_DAY[0]
    assert event["ATTENDEE"] == "mailto:ada@harbour.example"
    assert event["ORGANIZER"] == "mailto:assist@assist.example"
    assert event["ORGANIZER"].params["CN"] == "Assist portal"
    assert b"DTSTART:20270316T133000Z\r\n" in written
    assert "VTIMEZONE" not in names(written)
    assert len(read.subcomponents) == 1


@TYPED_TEXT
def test_a_move_keeps_the_uid_and_raises_the_sequence() -> None:
    """Row 46: stable UID, rising SEQUENCE, CANCEL removes."""
    first, moved = made()[2][0], made(sequence=1, days=[(START + DAY, START + DAY + HOUR)])[2][0]
    _, read, (cancelled,) = made(sequence=2, method="CANCEL", days=[(START + n * DAY, START + n * DAY + HOUR) for n in range(3)])
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert [each["SEQUENCE"] for each in (first, moved, cancelled)] == [0, 1, 2]
    assert (read["METHOD"], cancelled["STATUS"]) == ("CANCEL", "CANCELLED")
    assert "RECURRENCE-ID" not in cancelled


def test_three_days_are_one_entry() -> None:
    """S76: one UID, a daily rule."""
    days = [(START + n * DAY, START + n * DAY + 8 * HOUR) for n in range(3)]
    _, _, (event,) = made(days=days)
    assert dict(event["RRULE"]) == {"FREQ": ["DAILY"], "COUNT": [3]}


def test_a_day_after_a_clock_change_is_corrected() -> None:
    """S76, row 50: Saturday and Sunday at 15:00 in Paris are 23 hours apart when the clocks go forward."""
    starts = [resolve(datetime(2027, 3, day, 15), "Europe/Paris") for day in (27, 28, 29)]
    days = [(start, start + HOUR) for start in starts[:2]] + [(starts[2], starts[2] + 2 * HOUR)]
    _, _, (rule, sunday, monday) = made(days=days)
    assert rule.decoded("DTSTART") == starts[0]
    assert (sunday.decoded("RECURRENCE-ID"), sunday.decoded("DTSTART")) == (starts[0] + DAY, starts[1])
    assert (monday.decoded("RECURRENCE-ID"), monday.decoded("DTEND")) == (starts[0] + 2 * DAY, starts[2] + 2 * HOUR)
    assert {each["UID"] for each in (rule, sunday, monday)} == {"k7@assist"}
    assert "RRULE" not in sunday


NASTY = [
    "Hello\r\nATTENDEE:mailto:eve@evil.example",
    "Hello\nBEGIN:VALARM\nACTION:AUDIO\nEND:VALARM",
    "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "commas, semicolons; colons: and \\backslashes\\n",
    "emoji 👩🏽‍💻 " * 40,
    "é" * 200,
    'quotes " and ^n ^^',
    "right to left \u202e and line \u2028 paragraph \u2029 separators",
    "tab\tinside",
    "\n\n ends with space ",
]


@TYPED_TEXT
@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("field", ["summary", "description", "location", "uid"])
def test_text_stays_text(field: str, text: str) -> None:
    """Row 46: parse back = same text, component count unchanged, every line at most 75 octets."""
    written, read, (event,) = made(**{field: text})
    assert str(event[field]) == text.replace("\r\n", "\n")
    assert names(written) == PLAIN
    assert (len(read.subcomponents), len(event.subcomponents)) == (1, 0)
    assert max(len(line) for line in written.split(b"\r\n")) <= 75


@TYPED_TEXT
def test_a_text_of_any_characters_stays_text(record_property: Callable[[str, int], None]) -> None:
    any_text_stays_text()
    record_property("n", EXAMPLES)


@given(some.text(), some.text(), some.text(), some.text())
@settings(max_examples=EXAMPLES, deadline=None)
def any_text_stays_text(summary: str, description: str, location: str, tail: str) -> None:
    url = "https://harbour.example/" + tail
    written, read, (event,) = made(summary="s" + summary, description="d" + description, location="l" + location, url=url)
    assert names(written) == PLAIN
    assert (len(read.subcomponents), len(event.subcomponents)) == (1, 0)
    for field, text in (("SUMMARY", "s" + summary), ("DESCRIPTION", "d" + description), ("LOCATION", "l" + location)):
        assert str(event[field]) == printable(text)


def printable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or not (each < " " or "\x7f" <= each <= "\x9f"))


@TYPED_TEXT
@pytest.mark.parametrize("text", NASTY)
def test_address_stays_one_line(text: str) -> None:
    written, _, (event,) = made(url="https://harbour.example/?" + text)
    assert names(written) == PLAIN
    assert unquote(str(event["URL"])) == "https://harbour.example/?" + text


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd"])
def test_other_addresses_are_left_out(url: str) -> None:
    assert "URL" not in made(url=url)[2][0]


@TYPED_TEXT
@pytest.mark.parametrize("text", NASTY)
def test_names_cannot_add_lines_or_people(text: str) -> None:
    """Row 46: a name is a parameter; control characters and quotes cannot leave it."""
    quoted = text.replace("\\", "").replace('"', "")
    written, read, (event,) = made(attendee=f'"{quoted}" <ada@harbour.example>')
    assert names(written) == PLAIN
    assert event["ATTENDEE"] == "mailto:ada@harbour.example"
    assert len(read.subcomponents) == 1


@TYPED_TEXT
@pytest.mark.parametrize("text", ["", "nobody", "a@b, c@d", "a@b\r\nATTENDEE:mailto:c@d", "a@b;CN=x:mailto:c@d", "a b@c", "<a@b> <c@d>"])
def test_only_one_address(text: str) -> None:
    try:
        written, _, (event,) = made(attendee=text)
    except NotAnAddress:
        return
    assert names(written) == PLAIN
    assert str(event["ATTENDEE"]) == "mailto:a@b"


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="method"):
        made(method="PUBLISH")
    with pytest.raises(ValueError, match="day"):
        made(days=[])
