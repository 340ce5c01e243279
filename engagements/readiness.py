"""How ready an event is, and at which marks before it we look at what the customer still owes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduling.localtime import same_wall_time_days_later

MARKS = (14, 7, 2, 1)  # days before the event, in its zone
# What has to be shown takes more than a tick (assumed: the sources weigh nothing).
WEIGHTS = {"TICK": 1, "TEXT": 2, "LINK": 2, "FILE": 3}
BEFORE_THE_EVENT = frozenset({"PLANNING", "REHEARSAL"})


@dataclass(frozen=True, slots=True)
class Item:
    """What a promise weighs: its phase, the evidence it asks for, its state, and whether the provider owes it."""

    phase: str
    evidence: str
    state: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """The weight of what is done, and of all there is to do before the event."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percents, rounded down, so that 100 means everything; an event with nothing to do is ready."""
        return 100 * self.done // self.total if self.total else 100


def readiness(items: Iterable[Item]) -> Readiness:
    """Weigh what is to be done before the event; what does not apply or is no longer owed weighs nothing."""
    owed = [item for item in items if item.phase in BEFORE_THE_EVENT and item.state in {"OPEN", "DONE"}]
    return Readiness(
        done=sum(WEIGHTS[item.evidence] for item in owed if item.state == "DONE"), total=sum(WEIGHTS[item.evidence] for item in owed)
    )


def mark_at(starts_at: datetime, days: int, zone: str) -> datetime:
    """Return when a mark is: the event's wall time so many days before."""
    return same_wall_time_days_later(starts_at, zone, -days)


def last_mark(starts_at: datetime, zone: str, *, opened_at: datetime, now: datetime) -> int | None:
    """Return the mark nearest to the event that has passed since the work began; None before the first and once it has begun."""
    if now >= starts_at:
        return None
    return next((days for days in sorted(MARKS) if opened_at <= mark_at(starts_at, days, zone) <= now), None)
