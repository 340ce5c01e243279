"""How the simulated operations are found by path, and what they share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webex.simulator.shapes import Json
from webex.simulator.world import World


class Refused(Exception):
    """The call fails with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Call:
    """What was asked, by whose token."""

    site: str
    query: dict[str, list[str]]
    body: Json
    parts: tuple[str, ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The value of a parameter."""
        return self.query.get(name, [default])[-1]

    def instant(self, name: str, default: datetime) -> datetime:
        """A parameter that is an instant."""
        return read_instant(self.one(name)) if name in self.query else default


@dataclass(frozen=True)
class Items:
    """A list, which the server cuts into pages."""

    items: list[Json]
    default_size: int = 10
    most: int = 100


Operation = Callable[[World, Call], Any]
ROUTES: list[tuple[str, re.Pattern[str], Operation]] = []


def route(method: str, pattern: str) -> Callable[[Operation], Operation]:
    """Serve an operation below `/v1`; `*` in the pattern is a part of the path."""
    expression = re.compile("^" + pattern.replace("*", "([^/]+)") + "$")

    def add(operation: Operation) -> Operation:
        ROUTES.append((method, expression, operation))
        return operation

    return add


def read_instant(text: object) -> datetime:
    """An instant of a call."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as strange:
        raise Refused(400, f"{text} is no time") from strange
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
