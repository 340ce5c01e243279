"""The geometry of bars and lines: plain values in, percentages out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Number: TypeAlias = int | float | Decimal
WIDTH, HEIGHT, MARGIN = 720.0, 220.0, 28.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar in percent of the axis; `tone` is its series' colour."""

    x: float
    width: float
    tone: str
    value: Number


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, its pieces, and their sum."""

    label: str
    parts: tuple[Part, ...]
    total: Number
    address: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for."""

    name: str
    tone: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One value of a line, on a picture of 720 by 220."""

    x: float
    y: float
    label: str
    value: Number | None


def bars(
    rows: Sequence[tuple[str, Sequence[Number]]], series: Sequence[Series], *, most: Number | None = None, addresses: Sequence[str] = ()
) -> tuple[Bar, ...]:
    """Lay out stacked bars on a common axis; `most` is its end, the longest bar's when none is given."""
    end = float(most if most is not None else max((sum(map(float, values)) for _label, values in rows), default=0)) or 1.0
    made = []
    for place, (label, values) in enumerate(rows):
        x, parts = 0.0, []
        for value, each in zip(values, series, strict=True):
            width = min(100.0 - x, 100 * float(value) / end)
            if value:
                parts.append(Part(round(x, 2), round(width, 2), each.tone, value))
            x += width
        address = addresses[place] if addresses else ""
        made.append(Bar(label, tuple(parts), sum(values, start=0 * values[0]) if values else 0, address))
    return tuple(made)


def line(points: Sequence[tuple[str, Number | None]]) -> tuple[Dot, ...]:
    """Lay out a line from zero up; a value of None leaves a gap."""
    known = [float(value) for _label, value in points if value is not None]
    top = max(known, default=0.0) or 1.0
    step = (WIDTH - 2 * MARGIN) / max(1, len(points) - 1)
    return tuple(
        Dot(
            round(MARGIN + step * place, 1),
            round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * float(value if value is not None else 0) / top, 1),
            label,
            value,
        )
        for place, (label, value) in enumerate(points)
    )
