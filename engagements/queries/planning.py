"""When what is owed would be due: as it stands, and if the event moved."""

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.refusals import Refusal
from engagements.appointment_times import Carried, carried_appointments, rehearsal_after
from engagements.brief import DayBrief, Shift
from engagements.duties import Calendar, Due, plan
from engagements.models import Engagement, EventDay, Session, Task
from engagements.timeline import carried

Anchor = TaskTemplate.Anchor


class DaysDiffer(Refusal):
    """A move changes when the days are, not how many."""

    code = "days_differ"
    sentence = _("A move keeps the number of days; order another assist for more of them.")


def calendar_of(engagement: Engagement, days: Sequence[EventDay | DayBrief]) -> Calendar:
    """Collect the instants that its duties are counted from, once the event is on these days."""
    return Calendar(
        opened_at=engagement.opened_at,
        zone=engagement.zone,
        days=days,
        agenda_final_at=engagement.agenda_final_at,
        business_days=bool(engagement.agenda_final_at) and engagement.organisation.business_days,
    )


def preview_move(engagement: Engagement, *, days: Sequence[DayBrief], now: datetime, staff_id: int | None = None) -> list[Shift]:
    """List what `move_engagement` with these days and this `now` shifts, sessions, appointments and duties, by the new time.

    `staff_id` is who would be booked; the event's present booking counts as given up. What needs another time has no new one.

    :raises DaysDiffer: when the number of days is another.
    """
    sessions = carried_sessions(engagement, days)
    shifts = [
        Shift(old.title, old.starts_at, new.starts_at, day=old.day.position, session=old.title)
        for old, new in sessions
        if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at)
    ]
    along = carried_appointments(engagement, days, staff_id=staff_id, now=now, ignoring=[engagement.reference])
    shifts += [Shift(each.appointment.get_kind_display(), each.appointment.starts_at, each.starts_at) for each in along if each.is_retimed]
    shifts += [
        Shift(task.title, task.due_at, due.due_at, task.side, _position(task), task.session.title if task.session else "")
        for task, due in replanned(engagement, days, sessions=[new for _old, new in sessions], along=along, now=now)
    ]
    return sorted(shifts, key=lambda shift: (shift.new_at or now, bool(shift.side), shift.title, shift.day or 0, shift.session))


def carried_sessions(engagement: Engagement, days: Sequence[DayBrief]) -> list[tuple[Session, Session]]:
    """Return each session as it is and as it would be once the event is on these days; nothing is written.

    :raises DaysDiffer: when the number of days is another.
    """
    old_days = list(engagement.days.order_by("position"))
    if len(days) != len(old_days):
        raise DaysDiffer
    sessions = Session.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement).select_related("day")
    pairs = []
    for old in sessions.order_by("starts_at", "id"):
        day, new = days[old.day.position - 1], copy.copy(old)
        was = (old.day.starts_at, old.day.ends_at)
        new.starts_at, new.ends_at = carried((old.starts_at, old.ends_at), was=was, will_be=(day.starts_at, day.ends_at))
        new.actual_starts_at = new.actual_ends_at = None  # what happened was the event at its former time
        pairs.append((old, new))
    return pairs


def replanned(
    engagement: Engagement,
    days: Sequence[EventDay | DayBrief],
    *,
    sessions: Iterable[Session],
    now: datetime,
    anchors: Collection[str] = (),
    along: Sequence[Carried] = (),
) -> list[tuple[Task, Due]]:
    """Return the open duties that are wanted at another time with these days and sessions; the others keep theirs.

    With `anchors`, only duties that are counted from one of them are looked at. `along` says where the appointments go.
    """
    rehearsal_at = rehearsal_after(engagement, along) if not anchors or Anchor.REHEARSAL in anchors else None
    calendar = replace(calendar_of(engagement, days), rehearsal_at=rehearsal_at)
    by_id: Mapping[int, Session] = {session.pk: session for session in sessions}
    tasks = Task.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement, state=Task.State.OPEN)
    tasks = tasks.filter(template__anchor__in=anchors) if anchors else tasks
    planned = [
        (task, plan(task.template, calendar, day=_position(task), session=by_id.get(task.session_id or 0), now=now))
        for task in tasks.select_related("template", "day", "session__day").order_by("id")
    ]
    return [(task, due) for task, due in planned if due.wanted_at != task.wanted_at]


def _position(task: Task) -> int | None:
    day = task.session.day if task.session else task.day
    return day.position if day else None
