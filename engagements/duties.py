"""When each duty of an engagement is due: the instants duties are counted from, put through the timeline's rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.models import TaskTemplate
from engagements import timeline
from engagements.brief import DayBrief
from engagements.models import EventDay
from scheduling.localtime import local_date, same_wall_time_days_later

Anchor = TaskTemplate.Anchor


@dataclass(frozen=True, slots=True)
class Calendar:
    """The instants of an engagement that are known; `days` first to last."""

    opened_at: datetime
    zone: str
    days: Sequence[EventDay | DayBrief]


@dataclass(frozen=True, slots=True)
class Due:
    """The four columns of a duty that hold its due time; all empty until what it is counted from is known."""

    due_at: datetime | None = None
    wanted_at: datetime | None = None
    short_notice: bool = False
    next_alert_at: datetime | None = None


def plan(template: TaskTemplate, calendar: Calendar, *, day: int | None, now: datetime) -> Due:
    """Work out when a duty is due, and when its first warning goes out; `day` is the position of its event day, if it has one."""
    due = timeline.due_at(
        _anchors(calendar, day, now),
        template.anchor,
        template.offset,
        template.offset_kind,
        zone=calendar.zone,
        written_at=now,
        event_starts_at=calendar.days[0].starts_at,
    )
    alert_at = timeline.first_alert(due.due_at, timeline.LADDERS[template.ladder], now) if due.due_at else None
    return Due(due.due_at, due.wanted_at, due.short_notice, alert_at)


def _anchors(calendar: Calendar, day: int | None, now: datetime) -> dict[str, datetime]:
    """Name the instants that duties are counted from, as far as they are known.

    Nobody has said yet when the agenda is final or a session ends, so those are unknown. Until a rehearsal is booked it stands
    on the best day for it, at the event's wall time. Source: S81, S84, S93
    """
    starts_at = calendar.days[0].starts_at
    known = {
        str(Anchor.ORDER_CONFIRMED): calendar.opened_at,
        str(Anchor.EVENT_START): starts_at,
        str(Anchor.EVENT_END): calendar.days[-1].ends_at,
    }
    rehearsal_on = next(iter(timeline.rehearsal_days(starts_at, calendar.zone, now)), None)
    if rehearsal_on is not None:
        days_before = (local_date(starts_at, calendar.zone) - rehearsal_on).days
        known[str(Anchor.REHEARSAL)] = same_wall_time_days_later(starts_at, calendar.zone, -days_before)
    if day is not None:
        known |= {str(Anchor.DAY_START): calendar.days[day - 1].starts_at, str(Anchor.DAY_END): calendar.days[day - 1].ends_at}
    return known
