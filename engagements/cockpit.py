"""What the event day's pages read: whose day it is, which day it is, and everything that stands on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import Prefetch, QuerySet

from catalog.models import TaskTemplate
from customers.access import has_staff_role
from customers.models import User
from engagements.actions.closing import UNDO_WITHIN
from engagements.actions.recordings import KEPT_BY_A_LINK, KEPT_BY_FORMATS, KEPT_IN_THE_REPOSITORY
from engagements.models import (
    Assignment,
    Engagement,
    EventDay,
    HandoverNote,
    HoursBudget,
    Incident,
    MinorChange,
    Recording,
    RecordingFormat,
    Session,
    Task,
)
from engagements.queries import (
    SEES_EVERYTHING,
    Contact,
    Hours,
    Promise,
    engagements_visible_to,
    hours_of,
    may_run,
    promise_list,
    team_of,
)

Phase = TaskTemplate.Phase
AHEAD = (Engagement.State.OPEN, Engagement.State.STAFFED, Engagement.State.RUNNING, Engagement.State.WRAPPING_UP)
LOOKS_AHEAD = timedelta(days=21)
MOST = 40
KEPT_BY_A_RECORDING = KEPT_BY_A_LINK | KEPT_BY_FORMATS | KEPT_IN_THE_REPOSITORY
SUPPORT_ROOM = "support-room"  # the code of the service; Source: S87


class Clock(StrEnum):
    """Where an event day stands."""

    BEFORE = "BEFORE"  # until half an hour before it begins
    LEAD_IN = "LEAD_IN"
    LIVE = "LIVE"
    LEAD_OUT = "LEAD_OUT"
    OVER = "OVER"


def day_to_show(days: Sequence[EventDay], now: datetime) -> EventDay:
    """Return the day that matters now: the first whose window is not over, else the last."""
    return next((day for day in days if day.window_ends_at > now), days[-1])


def clock_of(day: EventDay, now: datetime) -> tuple[Clock, datetime]:
    """Say where a day stands and what comes next, which is what its clock counts to. Source: S85"""
    if now < day.window_starts_at:
        return Clock.BEFORE, day.window_starts_at
    if now < day.starts_at:
        return Clock.LEAD_IN, day.starts_at
    if now < min(day.ends_at, day.window_ends_at):
        return Clock.LIVE, min(day.ends_at, day.window_ends_at)
    return (Clock.LEAD_OUT if now < day.window_ends_at else Clock.OVER), day.window_ends_at


# One engagement's day ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tickable:
    """A promise on the checklist; `undo_until` is until when its reader may take the tick back."""

    promise: Promise
    undo_until: datetime | None = None

    @property
    def kept_by_a_recording(self) -> bool:
        """Whether adding the session's recording ticks it off. Source: S71, S93, S95, S96"""
        return self.promise.code in KEPT_BY_A_RECORDING


@dataclass(frozen=True, slots=True)
class Slot:
    """One session of the run of show, with its recordings and what is owed for it afterwards."""

    session: Session
    recordings: list[tuple[Recording, str]]
    afterwards: list[Tickable]


@dataclass(frozen=True, slots=True)
class Lane:
    """Sessions that overlap, so that they stand side by side."""

    slots: list[Slot] = field(default_factory=list)

    @property
    def ends_at(self) -> datetime:
        """When the last of them ends."""
        return max(each.session.ends_at for each in self.slots)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """Everything on an event day's page."""

    engagement: Engagement
    days: list[EventDay]
    day: EventDay
    clock: Clock
    counts_to: datetime
    lanes: list[Lane]
    ours: list[Tickable]
    afterwards: list[Tickable]
    theirs: list[Promise]
    incidents: list[Incident]
    changes: list[MinorChange]
    notes: list[HandoverNote]
    hours: list[Hours]
    team: list[Contact]
    may_write: bool
    version: str

    @property
    def done(self) -> int:
        """How many of the day's own duties are answered."""
        return sum(not each.promise.is_open for each in self.ours)

    @property
    def wants_room(self) -> bool:
        """Whether a support room was asked for. Source: S87"""
        return SUPPORT_ROOM in self.engagement.answers.get("services", [])

    @property
    def next_up(self) -> Tickable | None:
        """What is to be ticked next."""
        return next((each for each in self.ours if each.promise.is_open), None)


def cockpit(engagement: Engagement, reader: User, *, position: int | None, now: datetime) -> Cockpit:
    """Read everything that stands on an event day; a fixed number of queries."""
    version = version_of(engagement, now=now)  # before anything is read, so that no change is overlooked
    days = list(engagement.days.order_by("position"))
    day = next((each for each in days if each.position == position), None) or day_to_show(days, now)
    stands, counts_to = clock_of(day, now)
    promises = [each for each in promise_list(engagement, now=now) if each.day == day.position]
    undoable = _undoable(engagement, reader, now=now)
    ours = [Tickable(each, undoable.get(each.key)) for each in promises if each.is_ours]
    afterwards = [each for each in ours if each.promise.phase == Phase.AFTER]
    sessions = engagement.sessions.filter(day=day).select_related("cloud_recording_checked_by").order_by("starts_at", "ends_at", "id")
    sessions = sessions.prefetch_related(Prefetch("recordings", Recording.objects.order_by("added_at", "id")))
    return Cockpit(
        engagement=engagement,
        days=days,
        day=day,
        clock=stands,
        counts_to=counts_to,
        lanes=lanes(sessions, afterwards),
        ours=[each for each in ours if each.promise.phase == Phase.EVENT_DAY],
        afterwards=[each for each in afterwards if not each.promise.session_key],
        theirs=[each for each in promises if not each.is_ours and each.phase == Phase.EVENT_DAY],
        incidents=list(day.incidents.select_related("reported_by", "resolved_by").order_by("-happened_at", "-id")),
        changes=list(day.minor_changes.select_related("noted_by", "settled_by").order_by("-asked_at", "-id")),
        notes=list(engagement.handover_notes.select_related("written_by", "read_by", "day").order_by("-written_at", "-id")),
        hours=hours_of(engagement),
        team=team_of(engagement),
        may_write=not engagement.is_closed and may_run(engagement, reader),
        version=version,
    )


def lanes(sessions: Iterable[Session], afterwards: Sequence[Tickable] = ()) -> list[Lane]:
    """Put sessions that overlap beside each other; they come by their start."""
    found: list[Lane] = []
    for session in sessions:
        if not found or session.starts_at >= found[-1].ends_at:
            found.append(Lane())
        owed = [each for each in afterwards if each.promise.session_key == session.key]
        found[-1].slots.append(Slot(session, [(each, format_words(each)) for each in session.recordings.all()], owed))
    return found


def format_words(recording: Recording) -> str:
    """Name the formats of a recording."""
    return ", ".join(str(RecordingFormat(each).label) for each in recording.formats)


def _undoable(engagement: Engagement, reader: User, *, now: datetime) -> Mapping[str, datetime]:
    """Return until when the reader may take back which ticks."""
    fresh = engagement.tasks.filter(state=Task.State.DONE, done_by=reader, recorded_at__gt=now - UNDO_WITHIN)
    return {key: recorded_at + UNDO_WITHIN for key, recorded_at in fresh.values_list("key", "recorded_at") if recorded_at}


# What a page that looks again every other second asks ---------------------------------------------------------------

_OF_IT = (EventDay, Session, Task, Incident, MinorChange, HandoverNote, HoursBudget, Assignment)
_TABLES = {Engagement: "id", **dict.fromkeys(_OF_IT, "engagement_id")}
_VERSIONS = " UNION ALL ".join(
    f"SELECT '{model.__name__}' AS kind, id, xmin::text AS version FROM {model._meta.db_table}"  # noqa: S608 - our own names
    f" WHERE organisation_id = %(organisation)s AND {column} = %(engagement)s"
    for model, column in _TABLES.items()
)
_VERSION = f"SELECT md5(string_agg(kind || id || ':' || version, ',' ORDER BY kind, id)) FROM ({_VERSIONS}) AS every_row"  # noqa: S608


def version_of(engagement: Engagement, *, now: datetime) -> str:
    """Return a text that differs whenever a row of the engagement has changed, and every minute; one cheap query.

    PostgreSQL writes into each row which transaction wrote it (xmin), so no writer has to remember anything.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"organisation": engagement.organisation_id, "engagement": engagement.pk})
        return f"{now:%H%M}-{cursor.fetchone()[0]}"


# My day --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """One event day of somebody's days."""

    engagement: Engagement
    day: EventDay
    clock: Clock
    counts_to: datetime
    due: int
    missed: int
    next_due: Task | None


def sees_everyones_days(user: User) -> bool:
    """Tell whether the reader may look at all engagements' days."""
    return has_staff_role(user, *SEES_EVERYTHING)


def engagements_of_my_days(user: User, *, everyones: bool, now: datetime) -> QuerySet[Engagement]:
    """Return what the reader works on now and soon, or everybody does; with its days in order."""
    found = engagements_visible_to(user).filter(state__in=AHEAD, starts_at__lte=now + LOOKS_AHEAD)
    if not everyones or not sees_everyones_days(user):
        mine = Assignment.objects.filter(staff__user_id=user.pk, ended_at__isnull=True)
        found = found.filter(pk__in=mine.values("engagement_id"))
    return found.prefetch_related(Prefetch("days", EventDay.objects.order_by("position"))).order_by("starts_at", "pk")[:MOST]


def my_days(user: User, *, everyones: bool = False, now: datetime) -> list[Stop]:
    """List the event days that matter to the reader, the nearest first; of an event that is over, its last day while work is due."""
    engagements = list(engagements_of_my_days(user, everyones=everyones, now=now))
    open_tasks: dict[int, list[Task]] = {each.pk: [] for each in engagements}
    tasks = Task.objects.filter(engagement__in=engagements, state=Task.State.OPEN, side=TaskTemplate.Side.PROVIDER, due_at__isnull=False)
    for task in tasks.exclude(phase=Phase.PLANNING).select_related("template", "day", "session__day").order_by("due_at", "position", "id"):
        open_tasks[task.engagement_id].append(task)
    stops = [stop for each in engagements for stop in _stops(each, open_tasks[each.pk], now=now)]
    return sorted(stops, key=lambda stop: (stop.clock == Clock.OVER, stop.day.window_starts_at, stop.day.pk))


def _stops(engagement: Engagement, tasks: Sequence[Task], *, now: datetime) -> Iterable[Stop]:
    days = list(engagement.days.all())
    ahead = [day for day in days if day.window_ends_at > now]
    if not ahead and not tasks:
        return
    for day in ahead or days[-1:]:
        its = [task for task in tasks if _day_of_task(task) in {day, None}] if ahead else tasks
        missed = sum(bool(task.due_at and task.due_at < now) for task in its)
        yield Stop(engagement, day, *clock_of(day, now), due=len(its), missed=missed, next_due=its[0] if its else None)


def _day_of_task(task: Task) -> EventDay | None:
    return task.session.day if task.session else task.day
