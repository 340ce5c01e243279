"""What a customer's site told about an event day becomes part of the engagement: when it really was, and that a recording is there.

The people on the engagement have the last word: a time that somebody entered stays, and the analyst confirms the link in the agenda.
"""

from datetime import datetime

from django.db import transaction

from engagements.actions.agenda import EndsBeforeItStarts, set_actual_times
from engagements.actions.refusing import EngagementClosed, InTheFuture
from engagements.mails import tell_recording_found
from engagements.models import Engagement, Session
from webex.actions import mark_read
from webex.models import WatchedMeeting


@transaction.atomic
def take_site_news(watched: WatchedMeeting, *, now: datetime) -> None:
    """Enter the actual times of the day's sessions and tell who looks after recordings. Safe to run twice.

    Of several sessions in one meeting only the first one's start and the last one's end are known. Source: S93
    """
    engagement = Engagement.objects.filter(organisation_id=watched.organisation_id, number=watched.reference).first()
    if engagement is None or engagement.state == Engagement.State.CANCELLED:
        mark_read(watched)
        return
    try:
        _enter_times(engagement, watched, now=now)
    except InTheFuture:
        return  # a clock is ahead: it is news until it is true
    except (EngagementClosed, EndsBeforeItStarts):
        pass
    for recording in watched.recordings.all():
        tell_recording_found(engagement, recording, now=now)
    mark_read(watched)


def _enter_times(engagement: Engagement, watched: WatchedMeeting, *, now: datetime) -> None:
    sessions = list(
        engagement.sessions.filter(day__position=watched.position, platform__in=Session.IN_A_MEETING).order_by("starts_at", "id")
    )  # fmt: skip
    if not sessions:
        return
    first, last = sessions[0], sessions[-1]
    start = first.actual_starts_at or watched.started_at
    may_replace = last.actual_ends_at in (None, watched.taken_ended_at)
    end = watched.ended_at if may_replace and watched.ended_at else last.actual_ends_at
    if first is last:
        _enter(first, start, end, now=now)
    else:
        _enter(first, start, first.actual_ends_at, now=now)
        _enter(last, last.actual_starts_at, end, now=now)


def _enter(session: Session, start: datetime | None, end: datetime | None, *, now: datetime) -> None:
    if (start, end) != (session.actual_starts_at, session.actual_ends_at):
        set_actual_times(session, starts_at=start, ends_at=end, by=None, now=now)
