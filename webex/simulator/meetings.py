"""Meetings of the simulated sites: series, their dates, what took place, recordings, people. All follows from schedule and clock."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WEEK = timedelta(days=7)
BEGINS_LATE, ENDS_LATE = timedelta(minutes=-2), timedelta(minutes=3)
RECORDED_AFTER = timedelta(minutes=20)
NAMES = (
    "Ada Brook", "Bruno Keller", "Chiara Neri", "Dmitri Volkov", "Élise Martin", "Farid Haddad", "Grace Osei", "Hana Sato", "Iris Lund",
    "João Costa", "Klara Novak", "Liam Walsh",
)  # fmt: skip


@dataclass
class Run:
    """What took place of one occurrence; None: not (yet)."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    recorded_at: datetime | None = None  # when the recording is there
    people: int = 8


@dataclass
class Occurrence:
    """One date of a series. `stamp` is the start it was first planned at, which names it for good."""

    stamp: str
    start: datetime
    end: datetime


@dataclass
class Meeting:
    """A series; one that does not recur has one occurrence. `runs_itself`: begins and ends by the clock."""

    number: str
    site: str
    title: str
    start: datetime
    end: datetime
    host_email: str
    host_name: str = "Ana Host"
    zone: str = "UTC"
    agenda: str = ""
    recurrence: str = ""
    count: int = 1
    scheduled_type: str = "meeting"
    invitees: list[str] = field(default_factory=list)
    registrants: int | None = None
    tags: list[str] = field(default_factory=list)
    runs_itself: bool = True
    records: bool = True
    recorded_after: timedelta = RECORDED_AFTER
    moved: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Of the series; made from site and number, so that it outlives a restart."""
        return hashlib.sha256(f"{self.site}/{self.number}".encode()).hexdigest()[:32]

    def occurrences(self) -> list[Occurrence]:
        """Every date, in order of the plan."""
        found = []
        for number in range(self.count):
            start, end = self.start + number * WEEK, self.end + number * WEEK
            stamp = f"{start:%Y%m%dT%H%M%SZ}"
            start, end = self.moved.get(stamp, (start, end))
            found.append(Occurrence(stamp, start, end))
        return found

    def occurrence(self, stamp: str) -> Occurrence | None:
        """The date with this name."""
        return next((each for each in self.occurrences() if each.stamp == stamp), None)

    def run(self, occurrence: Occurrence) -> Run:
        """What took place, as told by hand or as the clock brings it."""
        if occurrence.stamp in self.runs:
            return self.runs[occurrence.stamp]
        if not self.runs_itself:
            return Run()
        started, ended = occurrence.start + BEGINS_LATE, occurrence.end + ENDS_LATE
        return Run(started, ended, ended + self.recorded_after if self.records else None)

    def told(self, occurrence: Occurrence) -> Run:
        """The run of a date, from now on told by hand."""
        return self.runs.setdefault(occurrence.stamp, Run())

    def occurrence_id(self, occurrence: Occurrence) -> str:
        """`<series>_<stamp>`"""
        return f"{self.id}_{occurrence.stamp}"

    def instance_id(self, occurrence: Occurrence) -> str:
        """`<series>_I_<digits>`"""
        digits = int(hashlib.sha256(self.occurrence_id(occurrence).encode()).hexdigest()[:14], 16)
        return f"{self.id}_I_{300000000000000000 + digits}"

    def state(self, occurrence: Occurrence, now: datetime) -> str:
        """As Webex names it."""
        run = self.run(occurrence)
        if run.ended_at and run.ended_at <= now:
            return "ended"
        if run.started_at and run.started_at <= now:
            return "inProgress"
        return "missed" if occurrence.end <= now else "scheduled"


@dataclass(frozen=True)
class Person:
    """Somebody in a meeting."""

    name: str
    email: str
    joined_at: datetime
    left_at: datetime
    is_host: bool


def people_of(meeting: Meeting, occurrence: Occurrence, now: datetime) -> list[Person]:
    """The host and some guests, who come within the first minutes and leave within the last."""
    run = meeting.run(occurrence)
    if run.started_at is None or run.started_at > now:
        return []
    end = run.ended_at or now
    found = [Person(meeting.host_name, meeting.host_email, run.started_at, end, is_host=True)]
    for number in range(run.people - 1):
        name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number // len(NAMES) + 1}")
        joined = min(run.started_at + timedelta(seconds=60 + 35 * (number % 12)), end)
        left = max(joined, end - timedelta(seconds=50 * (number % 5)))
        found.append(Person(name, f"{name.lower().replace(' ', '.')}@guests.example", joined, left, is_host=False))
    return found
