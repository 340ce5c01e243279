"""What comes up on an event day and is kept: incidents, small changes asked for, notes to who takes over, the support room.

Each is sent with a key that the page or the phone drew, so that what arrives twice counts once, and with the time it was made.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.actions.locking import lock
from engagements.actions.refusing import NotYours, refuse_closed
from engagements.models import Engagement, EventDay, HandoverNote, Incident, MinorChange
from engagements.queries import may_run

R = TypeVar("R")
LONGEST_OFFLINE = timedelta(days=7)  # a phone that was off the network for longer has something else wrong with it


class TooLongAgo(Refusal):
    """A phone says that it was done more than a week ago."""

    code = "too_long_ago"
    sentence = _("This was done more than seven days ago, so it no longer counts by itself. Do it again if it still holds.")


class AlreadySettled(Refusal):
    """Somebody else was faster."""

    code = "already_settled"
    sentence = _("Somebody else has settled this already.")


class NoSuchRow(Refusal):
    """The page named something that this engagement does not have."""

    code = "no_such_row"
    sentence = _("This is no longer part of the engagement. Look at the page again.")


def moment_made(ago: timedelta, *, now: datetime) -> datetime:
    """Say when something was done that a phone sends now and did so long ago by its own clock.

    A phone's clock may be wrong, so only the time between doing and sending counts; a negative one is none.

    :raises TooLongAgo: after seven days.
    """
    if ago > LONGEST_OFFLINE:
        raise TooLongAgo
    return now - max(ago, timedelta())


def lock_for_work(engagement: Engagement, *, by: User) -> Engagement:
    """Take the engagement for the rest of the transaction, for someone who works on it now.

    :raises EngagementClosed: when it is over for good.
    :raises NotYours: when somebody else does it now.
    """
    current = lock(engagement)
    refuse_closed(current)
    if not may_run(current, by):
        raise NotYours
    return current


def report_incident(
    engagement: Engagement, *, key: str, what: str, severity: str, happened_at: datetime, by: User, now: datetime
) -> Incident:
    """Keep what went wrong. Safe to run twice with the same key. Locks the engagement.

    :raises EngagementClosed: when it is over for good.
    :raises NotYours: when somebody else does it now.
    """
    with transaction.atomic(), credited_to(by):
        current = lock_for_work(engagement, by=by)
        known = Incident.objects.filter(engagement=current, key=key).first()
        return known or Incident.objects.create(
            organisation_id=current.organisation_id,
            engagement=current,
            day=_day(current, happened_at),
            key=key,
            severity=severity,
            what=what,
            happened_at=happened_at,
            reported_at=now,
            reported_by=by,
        )


def resolve_incident(engagement: Engagement, *, key: str, resolution: str, resolved_at: datetime, by: User) -> Incident:
    """Say how it was put right. Safe to run twice by the same person with the same words. Locks the engagement.

    :raises NoSuchRow: when the engagement has no such incident.
    :raises AlreadySettled: when somebody else was faster.
    """
    with transaction.atomic(), credited_to(by):
        incident = _one(Incident.objects.filter(engagement=lock_for_work(engagement, by=by), key=key).first())
        if incident.resolved_at is not None:
            if (incident.resolved_by_id, incident.resolution) == (by.pk, resolution):
                return incident
            raise AlreadySettled
        incident.resolved_at, incident.resolved_by, incident.resolution = max(resolved_at, incident.happened_at), by, resolution
        incident.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        return incident


def note_change(engagement: Engagement, *, key: str, kind: str, what: str, asked_by: str, asked_at: datetime, by: User) -> MinorChange:
    """Note a small change that somebody asks for. Safe to run twice with the same key. Locks the engagement. Source: S89"""
    with transaction.atomic(), credited_to(by):
        current = lock_for_work(engagement, by=by)
        known = MinorChange.objects.filter(engagement=current, key=key).first()
        return known or MinorChange.objects.create(
            organisation_id=current.organisation_id,
            engagement=current,
            day=_day(current, asked_at),
            key=key,
            kind=kind,
            what=what,
            asked_by=asked_by,
            asked_at=asked_at,
            noted_by=by,
        )


def settle_change(engagement: Engagement, *, key: str, state: str, answer: str, settled_at: datetime, by: User) -> MinorChange:
    """Say that a change is made, or that it is a major one and so the customer's own. Locks the engagement. Source: S89, S119

    :raises NoSuchRow: when the engagement has no such change.
    :raises AlreadySettled: when it was settled otherwise.
    """
    with transaction.atomic(), credited_to(by):
        change = _one(MinorChange.objects.filter(engagement=lock_for_work(engagement, by=by), key=key).first())
        if change.state == state:
            return change
        if change.state != MinorChange.State.OPEN:
            raise AlreadySettled
        change.state, change.answer = state, answer
        change.settled_at, change.settled_by = max(settled_at, change.asked_at), by
        change.save(update_fields=["state", "answer", "settled_at", "settled_by"])
        return change


def write_note(engagement: Engagement, *, key: str, text: str, written_at: datetime, by: User) -> HandoverNote:
    """Leave a note for who works the next day. Safe to run twice with the same key. Locks the engagement."""
    with transaction.atomic(), credited_to(by):
        current = lock_for_work(engagement, by=by)
        known = HandoverNote.objects.filter(engagement=current, key=key).first()
        return known or HandoverNote.objects.create(
            organisation_id=current.organisation_id,
            engagement=current,
            day=_day(current, written_at),
            key=key,
            text=text,
            written_at=written_at,
            written_by=by,
        )


def mark_note_read(engagement: Engagement, *, key: str, read_at: datetime, by: User) -> HandoverNote:
    """Say that the next one has read it; who read it first stays. Locks the engagement.

    :raises NoSuchRow: when the engagement has no such note.
    """
    with transaction.atomic(), credited_to(by):
        note = _one(HandoverNote.objects.filter(engagement=lock_for_work(engagement, by=by), key=key).first())
        if note.read_at is None:
            note.read_at, note.read_by = max(read_at, note.written_at), by
            note.save(update_fields=["read_at", "read_by"])
        return note


def set_support_room(engagement: Engagement, *, url: str, by: User, now: datetime) -> list[EventDay]:
    """Put the address of the support room on every day that has not ended. Locks the engagement. Source: S87"""
    with transaction.atomic(), credited_to(by):
        current = lock_for_work(engagement, by=by)
        ahead = list(current.days.filter(window_ends_at__gt=now).order_by("position"))
        for day in ahead:
            day.support_room_url = url
        EventDay.objects.bulk_update(ahead, ["support_room_url"])
        return ahead


def _day(engagement: Engagement, at: datetime) -> EventDay:
    """The event day that an instant belongs to: the last one whose window had opened, else the first."""
    days = list(engagement.days.order_by("position"))
    return next((day for day in reversed(days) if day.window_starts_at <= at), days[0])


def _one(row: R | None) -> R:
    if row is None:
        raise NoSuchRow
    return row
