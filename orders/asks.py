"""What a customer asks for, as plain values: one shape for the form, the API and the coordinator's desk."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from scheduling.windows import DayWish

if TYPE_CHECKING:
    from catalog.models import Package
    from customers.models import Site


@dataclass(frozen=True)
class Contact:
    """Who is asked back about the order. Source: S18, S19"""

    first_name: str
    last_name: str
    phone: str
    email: str
    company: str


@dataclass(frozen=True)
class When:
    """The days in the wall time of an IANA zone. Source: S22, S76"""

    zone: str
    days: tuple[DayWish, ...]


class DayJson(TypedDict):
    """A day as a change keeps it: wall time without offset, elapsed minutes."""

    local_start: str
    minutes: int
    fold: int


def minutes_of(length: timedelta) -> int:
    """Whole minutes of a length."""
    return int(length.total_seconds() // 60)


def days_to_json(days: tuple[DayWish, ...]) -> list[DayJson]:
    """Days as plain values."""
    return [{"local_start": day.local_start.isoformat(), "minutes": minutes_of(day.duration), "fold": day.fold or 0} for day in days]


def days_from_json(days: list[DayJson]) -> tuple[DayWish, ...]:
    """The inverse of `days_to_json`."""
    return tuple(DayWish(datetime.fromisoformat(day["local_start"]), timedelta(minutes=day["minutes"]), day["fold"]) for day in days)


def moved_to(days: tuple[DayWish, ...], first: DayWish) -> tuple[DayWish, ...]:
    """Days moved so that the first starts at the wall time of `first`.

    The others keep their distance in days and their wall times. Source: S40, S48
    """
    shift = first.local_start.date() - days[0].local_start.date()
    return (
        DayWish(first.local_start.replace(fold=0), days[0].duration, first.fold),
        *(DayWish(day.local_start + shift, day.duration, day.fold) for day in days[1:]),
    )


@dataclass(frozen=True)
class Availability:
    """Step 1. `waits` says: if nobody is free, wait for someone. Source: S18 to S23, S30"""

    contact: Contact
    site: "Site"
    package: "Package"
    when: When
    assist_language: str = "en"
    waits: bool = False


@dataclass(frozen=True)
class Meeting:
    """Step 2. Source: S24 to S26"""

    is_scheduled: bool | None = None
    own_host: bool | None = None
    host_id: str = ""
    host_name: str = ""
    host_email: str = ""
    meeting_number: str = ""
    meeting_link: str = ""


@dataclass(frozen=True)
class Event:
    """Step 3; `services` maps the code of each service asked for to its quantity. Source: S28, S29"""

    title: str
    event_kind: str
    attendees: int | None = None
    presenters: str = ""
    sessions: str = ""
    comments: str = ""
    streaming: str = "NONE"
    branded_app: bool = False
    content_build: bool = False
    services: dict[str, int] = field(default_factory=dict)
    external_reference: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """Everything but the services, by the names of the order's columns."""
        return {name: value for name, value in vars(self).items() if name != "services"}
