"""When each duty of an engagement is due: the instants duties are counted from, put through the timeline's rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.models import TaskTemplate
from engagements import timeline
from engagements.brief import DayBrief
from engagements.models import EventDay, Session
from scheduling.localtime import local_date, same_wall_time_days_later

Anchor, OffsetKind, Condition = TaskTemplate.Anchor, TaskTemplate.OffsetKind, TaskTemplate.Condition

PER_DAY = frozenset({Anchor.DAY_START, Anchor.DAY_END})
PER_SESSION = frozenset({Anchor.SESSION_START, Anchor.SESSION_END})
HOURS_A_DAY = 24
# Where each session has its own answer to how it is streamed, that decides, not the order's.
PLATFORMS = {
    Condition.MEETINGS: Session.Platform.MEETINGS,
    Condition.PLATFORM_STREAMING: Session.Platform.PLATFORM,
    Condition.THIRD_PARTY: Session.Platform.THIRD_PARTY,
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The instants of an engagement that are known; `days` first to last."""

    opened_at: datetime
    zone: str
    days: Sequence[EventDay | DayBrief]
    agenda_final_at: datetime | None = None
    business_days: bool = False
    rehearsal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The four columns of a duty that hold its due time; all empty until what it is counted from is known."""

    due_at: datetime | None = None
    wanted_at: datetime | None = None
    short_notice: bool = False
    next_alert_at: datetime | None = None


def plan(template: TaskTemplate, calendar: Calendar, *, day: int | None = None, session: Session | None = None, now: datetime) -> Due:
    """Work out when a duty is due, and when it is looked at next; `day` is the position of its event day, if it has one."""
    offset, kind = _offset(template, calendar)
    due = timeline.due_at(
        _anchors(calendar, day, session, now),
        template.anchor,
        offset,
        kind,
        zone=calendar.zone,
        written_at=now,
        event_starts_at=calendar.days[0].starts_at,
    )
    return Due(due.due_at, due.wanted_at, due.short_notice, alert_at(template.ladder, due.due_at, now))


def alert_at(ladder: str, due_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the sweep looks at an open duty: at its next warning, and at its due time whether that is said or not.

    A due time that has passed already is looked at at once, so that no breach goes unrecorded.
    """
    return due_at and (timeline.first_alert(due_at, timeline.LADDERS[ladder], now) or due_at)


def applies_to(template: TaskTemplate, session: Session) -> bool:
    """Tell whether a duty that is counted from sessions is owed for this one. Source: S92 to S95"""
    platform = PLATFORMS.get(Condition(template.condition))
    return (platform is None or session.platform == platform) and (session.is_recorded or not template.per_recording)


def _offset(template: TaskTemplate, calendar: Calendar) -> tuple[int, str]:
    """Count days from the final agenda as 24 hours each, or as working days where the organisation wants that. Source: S84"""
    if template.anchor != Anchor.AGENDA_FINAL or template.offset_kind != OffsetKind.CALENDAR_DAYS:
        return template.offset, template.offset_kind
    if calendar.business_days:
        return template.offset, str(OffsetKind.WORKING_DAYS)
    return template.offset * HOURS_A_DAY * 60, str(OffsetKind.ELAPSED_MINUTES)


def _anchors(calendar: Calendar, day: int | None, session: Session | None, now: datetime) -> dict[str, datetime]:
    """Name the instants that duties are counted from, as far as they are known.

    A session ends when it did, else when the agenda says. Source: S84, S93
    """
    known = {
        str(Anchor.ORDER_CONFIRMED): calendar.opened_at,
        str(Anchor.EVENT_START): calendar.days[0].starts_at,
        str(Anchor.EVENT_END): calendar.days[-1].ends_at,
    }
    rehearsal_at = calendar.rehearsal_at or _expected_rehearsal(calendar, now)
    if rehearsal_at is not None:
        known[str(Anchor.REHEARSAL)] = rehearsal_at
    if calendar.agenda_final_at is not None:
        known[str(Anchor.AGENDA_FINAL)] = calendar.agenda_final_at
    if day is not None:
        known |= {str(Anchor.DAY_START): calendar.days[day - 1].starts_at, str(Anchor.DAY_END): calendar.days[day - 1].ends_at}
    if session is not None:
        known |= {str(Anchor.SESSION_START): session.starts_at, str(Anchor.SESSION_END): session.end_at}
    return known


def _expected_rehearsal(calendar: Calendar, now: datetime) -> datetime | None:
    """Until a rehearsal is booked it stands on the best day for it, at the event's wall time. Source: S81"""
    starts_at = calendar.days[0].starts_at
    rehearsal_on = next(iter(timeline.rehearsal_days(starts_at, calendar.zone, now)), None)
    if rehearsal_on is None:
        return None
    return same_wall_time_days_later(starts_at, calendar.zone, -(local_date(starts_at, calendar.zone) - rehearsal_on).days)
