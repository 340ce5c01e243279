"""How large a run is, and the line of JSON that says what came of it."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

FULL = os.environ.get("FULL_SIZE", "").lower() == "true"
Each = TypeVar("Each")


def size(small: int, full: int) -> int:
    """A sample for `make test`, all of it for `make prove`."""
    return full if FULL else small


def dealt(cases: Sequence[Each], turn: int) -> Sequence[Each]:
    """One of several alike, by turns, for `make test`; every one for `make prove`."""
    return cases if FULL else [cases[turn % len(cases)]]


@contextmanager
def row(number: int, what: str, *, n: int) -> Iterator[dict[str, Any]]:
    """Print one line of what came of it, also when it did not hold; the test puts its counts into what it is given."""
    counts: dict[str, Any] = {}
    began, holds = time.monotonic(), False
    try:
        yield counts
        holds = True
    finally:
        write(number, what, n=n, holds=holds, seconds=time.monotonic() - began, **counts)


def write(number: int, what: str, *, n: int, holds: bool, seconds: float, **counts: Any) -> None:
    """Print the line and keep it where `make prove` collects them."""
    line = json.dumps({"id": number, "what": what, "n": n, "holds": holds, **counts, "seconds": round(seconds, 1)})
    print("\n" + line, flush=True)
    if log := os.environ.get("PROVE_LOG"):
        with open(log, "a") as lines:  # noqa: PTH123
            lines.write(line + "\n")


@dataclass
class Promised:
    """What came of all tests that bear the same `@pytest.mark.promise(number, what)`.

    Each counts as one, or as the `n` it records with `record_property`; other figures that it records are added up.
    """

    n: int = 0
    holds: bool = True
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """One phase of one test."""
        self.holds &= not report.failed
        self.seconds += report.duration
        if report.when == "call":
            recorded = dict(report.user_properties)
            self.n += int(str(recorded.pop("n", 1)))
            for name, figure in recorded.items():
                self.counts[name] = self.counts.get(name, 0) + int(str(figure))
