"""The timeline of an engagement as a picture: where each promise and appointment stands, in percent of the time it spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.localtime import day_bounds, local_date

LANES = ("PLANNING", "REHEARSAL", "EVENT_DAY", "AFTER")
DAY = timedelta(days=1)
MARGIN = 0.03  # of the span, on either side
NEAR = 1.8  # percent: what is nearer than this is stacked, so that no mark hides another
TICKS = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a time in a lane; `kind` is how it is drawn, `words` what is read about it."""

    lane: str
    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark with its place: percent from the left, and its row in the lane from the top."""

    mark: Mark
    x: float
    row: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One band of the picture, as many rows high as its fullest moment."""

    name: str
    marks: tuple[Placed, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A staffed window."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A midnight of the event's zone."""

    x: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn; `today` is missing where it lies outside."""

    lanes: tuple[Lane, ...]
    windows: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    today: float | None


def draw(marks: Iterable[Mark], *, windows: Sequence[tuple[datetime, datetime]], opened_at: datetime, zone: str, now: datetime) -> Picture:
    """Lay out the marks between the opening and the last of them, or now if that is in between or soon after."""
    known = sorted(marks, key=lambda mark: (mark.at, mark.words))
    times = [opened_at, *(mark.at for mark in known), *(at for window in windows for at in window)]
    first, last = min(times), max(times)
    margin = max((last - first) * MARGIN, timedelta(hours=6))
    first, last = first - margin, last + margin

    def x(at: datetime) -> float:
        return round((at - first) / (last - first) * 100, 2)

    return Picture(
        lanes=tuple(_lane(name, [(mark, x(mark.at)) for mark in known if mark.lane == name]) for name in LANES),
        windows=tuple(Bar(x(opens), max(round(x(closes) - x(opens), 2), 0.4)) for opens, closes in windows),
        ticks=tuple(Tick(x(at), at) for at in _midnights(first, last, zone)),
        today=x(now) if first <= now <= last else None,
    )


def _lane(name: str, marks: Sequence[tuple[Mark, float]]) -> Lane:
    """Stack what is near to each other: each mark takes the first row whose last mark is far enough to the left."""
    ends: list[float] = []
    placed = []
    for mark, x in marks:
        row = next((n for n, end in enumerate(ends) if x - end >= NEAR), len(ends))
        ends[row : row + 1] = [x]
        placed.append(Placed(mark, x, row))
    return Lane(name, tuple(placed), max(len(ends), 1))


def _midnights(first: datetime, last: datetime, zone: str) -> list[datetime]:
    """List at most seven midnights, whole days or weeks apart."""
    start, end = local_date(first, zone) + DAY, local_date(last, zone)
    days = max((end - start).days, 0)
    step = next(each for each in (1, 2, 7, 14, 28, 56, 112, 10**6) if days // each < TICKS)
    return [day_bounds(start + n * DAY, zone)[0] for n in range(0, days + 1, step) if day_bounds(start + n * DAY, zone)[0] < last]
