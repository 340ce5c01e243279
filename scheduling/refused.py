"""Every question "is somebody free?" that was answered with no, so that unmet demand can be counted. Source: peers, idea 12

A refusal is an exception, and rolls back what its transaction wrote. So it is noted in memory, and whoever answers the request keeps
the notes afterwards, in a transaction of their own: `scheduling.middleware.KeepRefusals`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from scheduling.needs import Need


@dataclass(frozen=True, slots=True)
class Refused:
    """One no: who was needed and when; `reference` is the order's key, empty for a mere question."""

    need: Need
    reference: str
    asked_at: datetime


_noted: ContextVar[list[Refused] | None] = ContextVar("refused", default=None)


@contextmanager
def collecting() -> Iterator[list[Refused]]:
    """Collect what is noted inside."""
    notes: list[Refused] = []
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def note(need: Need, *, reference: str, now: datetime) -> None:
    """Note a no; outside any `collecting` it is a worker's new look at a wish that was noted when it was first refused."""
    notes = _noted.get()
    if notes is not None and need.sandbox is None:
        notes.append(Refused(need, reference, now))
