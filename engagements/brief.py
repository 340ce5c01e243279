"""What an order tells the engagement it opens, and what a move tells back: plain values, so that nothing here looks at an order."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Package
from customers.models import Organisation
from scheduling.models import StaffMember


@dataclass(frozen=True, slots=True)
class DayBrief:
    """One event day and its staffed window: half-open, UTC. Source: S76, S85, S86"""

    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything a confirmed order says about the work it asks for.

    `reference` names the bookings; `conditions` are codes of `TaskTemplate.Condition`, `services` the codes of the services
    that are on; `booked` is who was booked for the windows, with their account.
    """

    organisation: Organisation
    number: str
    reference: str
    package: Package
    title: str
    contact_name: str
    contact_email: str
    language: str
    assist_language: str
    zone: str
    days: tuple[DayBrief, ...]
    conditions: frozenset[str]
    services: frozenset[str]
    booked: StaffMember | None


@dataclass(frozen=True, slots=True)
class Shift:
    """A duty whose due time a move changes, or without a side a session that moves along.

    `day` is the event day's position and `session` the session's title, where there is one of it for each.
    """

    title: str
    old_at: datetime | None
    new_at: datetime | None
    side: str = ""
    day: int | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class SessionBrief:
    """One session as the agenda wants it, UTC; `day` is its event day's position, without a `key` it is a new one. Source: S84, S92"""

    day: int
    title: str
    starts_at: datetime
    ends_at: datetime
    platform: str = "NONE"
    is_recorded: bool = False
    join_link: str = ""
    speakers: str = ""
    key: str = ""
