"""The geometry of the coverage bar: an event day on an axis, who covers what. Plain values in, plain values out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
MOST_LABELS = 6  # at 360 px a label needs about 50 px


@dataclass(frozen=True)
class Tick:
    """An hour on the axis."""

    x: float
    instant: datetime
    labelled: bool


@dataclass(frozen=True)
class Bar:
    """A stretch of the axis, in percent of its length."""

    x: float
    width: float


@dataclass(frozen=True)
class Coverage:
    """Everything the picture draws; `cap_x` is where the day's cap falls, when it cuts the event."""

    event: Bar
    staffed: Bar
    uncovered: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    cap_x: float | None
    uncovered_spans: tuple[tuple[datetime, datetime], ...]


def lay_out(*, event: tuple[datetime, datetime], window: tuple[datetime, datetime], zone: str, cap: timedelta | None) -> Coverage:
    """Place an event and its staffed window on an axis of whole hours of the zone. Source: S85, S86"""
    left, right = _axis(min(event[0], window[0]), max(event[1], window[1]), zone)
    length = right - left

    def x(instant: datetime) -> float:
        return round((instant - left) / length * 100, 3)

    def bar(start: datetime, end: datetime) -> Bar:
        return Bar(x(start), round(x(end) - x(start), 3))

    gaps = ((event[0], min(window[0], event[1])), (max(window[1], event[0]), event[1]))
    bare = tuple(gap for gap in gaps if gap[1] > gap[0])
    capped = window[0] + cap if cap is not None else None
    return Coverage(
        event=bar(*event),
        staffed=bar(*window),
        uncovered=tuple(bar(*gap) for gap in bare),
        ticks=tuple(_ticks(left, right, zone)),
        cap_x=x(capped) if capped is not None and capped < event[1] else None,
        uncovered_spans=bare,
    )


def _axis(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """Widen to whole hours on the zone's clock; the whole length stays elapsed time."""
    past = timedelta(minutes=start.astimezone(ZoneInfo(zone)).minute)
    left = start - past if past else start - HOUR / 2
    whole = -(-(end - left) // HOUR)
    return left, left + max(int(whole), 2) * HOUR


def _ticks(left: datetime, right: datetime, zone: str) -> list[Tick]:
    past = timedelta(minutes=left.astimezone(ZoneInfo(zone)).minute)
    first = left + (HOUR - past if past else timedelta())
    count = int((right - first) // HOUR) + 1
    every = next(step for step in (1, 2, 3, 4, 6, 12) if count / step <= MOST_LABELS)
    ticks = []
    for number in range(count):
        instant = first + number * HOUR
        local = instant.astimezone(ZoneInfo(zone))
        ticks.append(Tick(round((instant - left) / (right - left) * 100, 3), instant, local.hour % every == 0))
    return ticks
