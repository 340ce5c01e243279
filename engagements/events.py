"""What programs are told about engagements: keys, states and instants, no personal data."""

from datetime import datetime

from engagements.models import Engagement, Recording, Task
from outbox.actions import event_of, record
from outbox.models import Event, EventType


def of_task(kind: EventType, task: Task, *, now: datetime) -> Event:
    """Say what happened to a promise; its template, engagement and session should be loaded."""
    payload = {
        "key": task.key,
        "duty": task.template.code,
        "side": task.side,
        "state": task.state,
        "session": task.session.key if task.session else None,
        "due_at": _instant(task.due_at),
        "done_at": _instant(task.done_at),
        "missed_at": _instant(task.broken_at),
    }
    return event_of(organisation=task.organisation_id, kind=kind, about=task.engagement.number, payload=payload, now=now)


def record_recording(recording: Recording, engagement: Engagement, *, now: datetime) -> None:
    """Record that a recording can be opened. Source: S93, S95"""
    payload = {
        "key": recording.key,
        "session": recording.session.key,
        "formats": recording.formats,
        "place": recording.place,
        "added_at": _instant(recording.added_at),
        "expires_at": _instant(recording.expires_at),
    }
    kind = EventType.RECORDING_AVAILABLE
    record(event_of(organisation=recording.organisation_id, kind=kind, about=engagement.number, payload=payload, now=now))


def of_staffed(engagement: Engagement, *, now: datetime) -> Event:
    """Say that every role of the package has its people. Source: S74, interfaces `webhook-endpoints/`"""
    payload = {
        "number": engagement.number,
        "state": Engagement.State.STAFFED,
        "package": engagement.package.code,
        "starts_at": engagement.starts_at,
        "ends_at": engagement.ends_at,
        "time_zone": engagement.zone,
    }
    kind = EventType.ENGAGEMENT_STAFFED
    return event_of(organisation=engagement.organisation_id, kind=kind, about=engagement.number, payload=payload, now=now)


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
