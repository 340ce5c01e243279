"""Ticks of a checklist that a phone made, perhaps off the network: each counts once, with the time it was made."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import times
from customers.models import User
from customers.refusals import Refusal
from engagements.actions.agenda import set_actual_times
from engagements.actions.crediting import credited_to
from engagements.actions.day import NoSuchRow, lock_for_work
from engagements.actions.locking import lock
from engagements.actions.recordings import check_cloud_recording
from engagements.actions.ticking import complete_task, undo_task
from engagements.models import Engagement, EventDay, Session, Task, Tick


class DayMoved(Refusal):
    """It was done for the event at its former time."""

    code = "day_moved"
    sentence = _("The event has moved meanwhile, to %(when)s. What you did for the old time is not counted.")


class KeyTaken(Refusal):
    """The same key was sent with something else."""

    code = "key_taken"
    sentence = _("This was sent before, as something else.")


def refuse_moved(engagement: Engagement, day: EventDay | None, seen: datetime | None) -> None:
    """:raises DayMoved: when the day began at another time on the page that was used."""
    if day is not None and seen is not None and times.machine(day.starts_at) != times.machine(seen):
        raise DayMoved(when=times.moment(day.starts_at, engagement.zone))


def take_tick(
    engagement: Engagement,
    *,
    task_key: str,
    key: str,
    done: bool,
    evidence: str = "",
    made_at: datetime,
    seen: datetime | None = None,
    by: User,
    now: datetime,
) -> Tick:
    """Take a tick, or one that is taken back, and say what became of it. Safe to run any number of times. Locks the engagement.

    `seen` is when the task's day began on the page that was used. Of several ticks on one task the one that was made last
    counts, in whatever order they arrive; of two people who ticked, whoever arrived first did it.

    :raises KeyTaken: when the key came before with another task or from somebody else.
    :raises DayMoved: when the event has moved since the page was read.
    :raises Refusal: as `complete_task` and `undo_task`.
    """
    with transaction.atomic(), credited_to(by):
        current = lock(engagement)
        known = Tick.objects.filter(key=key).select_related("task").first()
        if known is not None:
            if (known.task.key, known.made_by_id, known.done) != (task_key, by.pk, done):
                raise KeyTaken
            return known
        lock_for_work(current, by=by)
        task = Task.objects.filter(engagement=current, key=task_key).select_related("engagement", "day", "session__day").first()
        if task is None:
            raise NoSuchRow
        refuse_moved(current, task.session.day if task.session else task.day, seen)
        outcome = _apply(task, done=done, evidence=evidence, made_at=made_at, by=by, now=now)
        return Tick.objects.create(
            organisation_id=current.organisation_id, task=task, key=key, done=done, made_at=made_at, arrived_at=now, made_by=by,
            outcome=outcome,
        )  # fmt: skip


def _apply(task: Task, *, done: bool, evidence: str, made_at: datetime, by: User, now: datetime) -> Tick.Outcome:
    if done == (task.state == Task.State.DONE):
        return Tick.Outcome.ALREADY_SO
    if task.ticks.filter(outcome=Tick.Outcome.APPLIED, made_at__gt=made_at).exists():
        return Tick.Outcome.OUTRUN
    if done:
        complete_task(task, by=by, evidence=evidence, done_at=made_at, now=now)
    else:
        undo_task(task, by=by, now=made_at)
    return Tick.Outcome.APPLIED


class Tap(StrEnum):
    """What one tap on a session says."""

    BEGUN = "begun"
    ENDED = "ended"
    NOT_BEGUN = "not-begun"
    NOT_ENDED = "not-ended"
    RECORDING_ON = "recording-on"
    RECORDING_OFF = "recording-off"


def session_of(engagement: Engagement, key: str) -> Session:
    """Return a session of the engagement.

    :raises NoSuchRow: when the agenda has no such session.
    """
    session = engagement.sessions.select_related("day", "engagement").filter(key=key).first()
    if session is None:
        raise NoSuchRow
    return session


def tap_session(
    engagement: Engagement, *, key: str, tap: Tap, at: datetime, seen: datetime | None = None, by: User, now: datetime
) -> Session:
    """Enter that a session began or ended when it was tapped, or how its cloud recording stands. Locks the engagement.

    The first tap stays, so that what is sent twice counts once.

    :raises NoSuchRow: when the agenda has no such session.
    :raises DayMoved: when the event has moved since the page was read on which its day began at `seen`.
    :raises Refusal: as `set_actual_times`.
    """
    with transaction.atomic(), credited_to(by):
        current = lock_for_work(engagement, by=by)
        session = session_of(current, key)
        refuse_moved(current, session.day, seen)
        if tap in {Tap.RECORDING_ON, Tap.RECORDING_OFF}:
            return check_cloud_recording(session, on=tap == Tap.RECORDING_ON, by=by, now=at)
        begun, ended = session.actual_starts_at, session.actual_ends_at
        starts_at, ends_at = {
            Tap.BEGUN: (begun or at, ended),
            Tap.ENDED: (begun, ended or at),
            Tap.NOT_BEGUN: (None, ended),
            Tap.NOT_ENDED: (begun, None),
        }[tap]
        return set_actual_times(session, starts_at=starts_at, ends_at=ends_at, by=by, now=now)
