"""Attendance from a CSV file: every row is judged by itself, and nothing is kept before all of them are right. Source: S90"""

import csv
import io
import itertools
from dataclasses import dataclass

from django.utils.translation import gettext as _

from engagements.models import Session

LONGEST = 200_000
MOST_ROWS = 500


@dataclass(frozen=True)
class Line:
    """One row of the file: the session it means and its figures, or what is wrong with it."""

    number: int
    session: Session | None
    registered: int = 0
    attended: int = 0
    problem: str = ""


def read(text: str, sessions: list[Session]) -> list[Line]:
    """Read `session, enrolled, attended` with a title row; sessions are named by title or key."""
    named = {name.casefold(): each for each in sessions for name in (each.title, each.key)}
    try:
        rows = _rows(text)
    except csv.Error:  # a cell without an end: this is no CSV
        return [Line(2, None, problem=_("Three columns are needed: session, enrolled, attended."))]
    lines, seen = [], set()
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            line = _line(number, row, named)
            if line.session and line.session.pk in seen:
                line = Line(number, None, problem=_("This session was in a row above."))
            seen.add(line.session.pk if line.session else None)
            lines.append(line)
    return lines


def _rows(text: str) -> list[list[str]]:
    file = io.StringIO(text.removeprefix("\ufeff"), newline=None)  # any program's line ends
    titles = file.readline()
    reader = csv.reader(file, delimiter=";" if titles.count(";") > titles.count(",") else ",")
    return list(itertools.islice(reader, MOST_ROWS))


def _line(number: int, row: list[str], named: dict[str, Session]) -> Line:
    cells = [cell.strip().removeprefix("'") for cell in row]
    if len(cells) != 3:
        return Line(number, None, problem=_("Three columns are needed: session, enrolled, attended."))
    session = named.get(cells[0].casefold())
    if session is None:
        return Line(number, None, problem=_("There is no session “%(name)s”.") % {"name": cells[0][:80]})
    if not all(cell.isascii() and cell.isdigit() and len(cell) < 8 for cell in cells[1:]):
        return Line(number, None, problem=_("Enrolled and attended are whole numbers."))
    registered, attended = int(cells[1]), int(cells[2])
    return Line(number, session, registered, attended)
