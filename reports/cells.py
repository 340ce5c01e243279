"""Values as cells of a file: nothing in a file of ours runs as a formula, and what was text comes back as the same text.

Source: promises row 44
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Value: TypeAlias = str | int | Decimal | date | datetime | bool | None

# What spreadsheet programs read as the beginning of a formula, the full-width forms included.
_STARTERS = tuple("=+-@\t\r\n\0＝＋－＠|%")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
_GUARD = "'"


def text_of(value: Value) -> str:
    """One value as plain text; instants in RFC 3339 with their offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def inert(value: Value) -> str:
    """The text as a CSV cell: a quote stands before what would be a formula, and before a quote, so that both can be taken off again."""
    text = text_of(value)
    is_number = isinstance(value, int | Decimal)
    return f"{_GUARD}{text}" if not is_number and text.startswith((*_STARTERS, _GUARD)) else text


def read_back(cell: str) -> str:
    """What `inert` was given."""
    return cell.removeprefix(_GUARD)


def storable(value: Value) -> str:
    """The text without the characters that a spreadsheet file cannot hold."""
    return _UNSTORABLE.sub("", text_of(value))


def at_home(instant: datetime | None, zone: str) -> datetime | None:
    """An instant on the clock of the event."""
    return instant.astimezone(ZoneInfo(zone or "UTC")) if instant else None


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """A CSV file by pieces: UTF-8 with its mark, so that Excel reads it as such."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(inert(title) for title in titles)
    buffer.seek(0)
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(inert(value) for value in row)
        yield buffer.getvalue().encode(errors="replace")


def object_of(names: Sequence[str], row: Sequence[Value]) -> dict[str, Any]:
    """One row for programs; money is text, so that nothing is rounded."""
    return dict(zip(names, map(_plain, row), strict=True))


def json_lines(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """A JSON list of objects by pieces; money is text, so that nothing is rounded."""
    before = b"[\n"
    for row in rows:
        yield before + json.dumps(object_of(names, row), ensure_ascii=False).encode(errors="replace")
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _plain(value: Value) -> Any:
    return value if value is None or isinstance(value, bool | int) else text_of(value)
