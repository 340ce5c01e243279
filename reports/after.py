"""What a post-event report says, from the rows of the engagement: plain values that stay as they were. Source: S70, S90; idea 11"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from catalog.models import TaskTemplate
from customers.bearer import Caller
from customers.queries import rows_of
from engagements.models import Engagement, Incident, Session, Task
from engagements.queries.hours import hours_of
from reports.models import Attendance, EventReport
from webex.queries import AttendanceSeen, attendance_of

HOW = ("kept", "late", "broken", "ahead", "waived")


def reports_visible_to(user: Caller) -> QuerySet[EventReport]:
    """Return the reports of the engagements the caller may reach."""
    return rows_of(user, EventReport.objects.select_related("engagement__package", "organisation"))


def content_of(engagement: Engagement, *, now: datetime) -> dict[str, Any]:
    """Collect it; no name of a person, so that the report outlives whoever asks to be forgotten."""
    days = list(engagement.days.order_by("position"))
    seen = attendance_of(engagement.organisation_id, engagement.number)
    return {
        "number": engagement.number,
        "organisation": engagement.organisation.name,
        "title": engagement.title,
        "package": {"en": engagement.package.name_en, "fr": engagement.package.name_fr},
        "time_zone": engagement.zone,
        "starts_at": engagement.starts_at.isoformat(),
        "ends_at": engagement.ends_at.isoformat(),
        "days": [
            {
                **{name: getattr(day, name).isoformat() for name in ("starts_at", "ends_at", "window_starts_at", "window_ends_at")},
                "registered": seen[day.position].registered if day.position in seen else None,
                "attended": seen[day.position].attended if day.position in seen else None,
            }
            for day in days
        ],
        "sessions": _sessions(engagement, {day.pk: seen[day.position] for day in days if day.position in seen}),
        "incidents": [_incident(each) for each in engagement.incidents.order_by("happened_at", "pk")],
        "promises": _promises(engagement, now),
        "hours": [{"kind": each.kind, "used_minutes": each.used, "allowed_minutes": each.allowed} for each in hours_of(engagement)],
        "made_at": now.isoformat(),
    }


def how(task: Task, now: datetime) -> str:
    """Kept, late, broken, ahead or waived."""
    if task.state == Task.State.WAIVED:
        return "waived"
    if task.state == Task.State.DONE:
        return "late" if task.due_at and task.done_at and task.done_at > task.due_at else "kept"
    return "broken" if task.due_at and task.due_at < now else "ahead"


def _sessions(engagement: Engagement, seen: Mapping[int, AttendanceSeen]) -> list[dict[str, Any]]:
    """Each with the figures that were imported, else with those of the customer's site if it was its day's only session there."""
    found = list(engagement.sessions.select_related("attendance").prefetch_related("recordings").order_by("starts_at", "pk"))
    on_site = Counter(each.day_id for each in found if each.platform in Session.IN_A_MEETING)
    alone = {each.pk for each in found if each.platform in Session.IN_A_MEETING and on_site[each.day_id] == 1}
    return [_session(each, getattr(each, "attendance", None) or (seen.get(each.day_id) if each.pk in alone else None)) for each in found]


def _session(session: Session, attendance: Attendance | AttendanceSeen | None) -> dict[str, Any]:
    return {
        "title": session.title,
        "planned": {"starts_at": session.starts_at.isoformat(), "ends_at": session.ends_at.isoformat()},
        "actual": {"starts_at": _instant(session.actual_starts_at), "ends_at": _instant(session.actual_ends_at)},
        "registered": attendance.registered if attendance else None,
        "attended": attendance.attended if attendance else None,
        "recordings": [
            {"formats": list(each.formats), "added_at": each.added_at.isoformat(), "expires_at": each.expires_at.isoformat()}
            for each in session.recordings.all()
        ],
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "severity": incident.severity,
        "what": incident.what,
        "happened_at": incident.happened_at.isoformat(),
        "resolved_at": _instant(incident.resolved_at),
        "resolution": incident.resolution,
    }


def _promises(engagement: Engagement, now: datetime) -> dict[str, Any]:
    """By side how many, and each that was not simply kept."""
    sides: dict[str, Any] = {side: {**dict.fromkeys(HOW, 0), "not_kept": []} for side in TaskTemplate.Side.values}
    tasks = Task.objects.filter(engagement=engagement).exclude(state=Task.State.CANCELLED).select_related("template")
    for task in tasks.order_by("due_at", "pk"):
        became = how(task, now)
        sides[task.side][became] += 1
        if became in {"late", "broken"}:
            sides[task.side]["not_kept"].append(
                {
                    "title": {"en": task.template.title_en, "fr": task.template.title_fr},
                    "how": became,
                    "due_at": _instant(task.due_at),
                    "done_at": _instant(task.done_at),
                }
            )
    return sides


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
