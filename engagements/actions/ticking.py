"""Answering promises: done, undone within a minute, not applicable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.bearer import Caller
from customers.models import User
from customers.refusals import Refusal
from engagements.actions.closing import UNDO_WITHIN
from engagements.actions.crediting import credited_to
from engagements.actions.locking import lock
from engagements.actions.refusing import NotALink, NotYours, happened, refuse_closed
from engagements.duties import alert_at
from engagements.events import of_task
from engagements.models import Task
from engagements.queries import may_complete, may_waive
from outbox.actions import record
from outbox.models import EventType

LONGEST_LINK = 2000
LONGEST_REASON = 300
LONGEST_EVIDENCE = 5000
is_link = URLValidator(schemes=["http", "https"])
Evidence = TaskTemplate.Evidence


class AlreadyAnswered(Refusal):
    """Somebody else was faster."""

    code = "already_answered"
    sentence = _("This was answered already: %(state)s, %(by)s.")


class NotAnswered(Refusal):
    """There is nothing to take back."""

    code = "not_answered"
    sentence = _("This is not ticked; there is nothing to take back.")


class EvidenceMissing(Refusal):
    """It is only done when something shows it."""

    code = "evidence_missing"
    status = 422
    sentence = _("Show that it is done: enter a link, a file or a text, as the task asks.")


class TooLong(Refusal):
    """It does not fit."""

    code = "too_long"
    status = 422
    sentence = _("This is too long: %(most)d characters at most.")


class BeforeOpening(Refusal):
    """The work had not begun."""

    code = "before_opening"
    status = 422
    sentence = _("This time is before the order was confirmed. Enter when it was done.")


class TooLateToUndo(Refusal):
    """A tick can be taken back within a minute, by who made it."""

    code = "too_late_to_undo"
    sentence = _("A tick can be taken back within a minute, by who made it. Write to your coordinator.")


class ReasonMissing(Refusal):
    """What does not apply needs a reason."""

    code = "reason_missing"
    status = 422
    sentence = _("Say why this does not apply.")


def complete_task(task: Task, *, by: Caller | None, evidence: str = "", done_at: datetime | None = None, now: datetime) -> Task:
    """Tick a promise off; `done_at` is when it was done, if that is not now.

    The same person ticking again gets the tick back, so what is sent twice arrives once. One that is done after its due time is
    recorded as missed. Locks the engagement.

    :raises AlreadyAnswered: when somebody else ticked or waived it before.
    :raises Refusal: when the engagement is closed, it is somebody else's, the evidence or the time is not right.
    Source: S93, S97 to S126
    """
    with _answering(task, by=by) as current:
        if current.state == Task.State.DONE and by is not None and current.done_by_id == by.pk:
            return current
        _refuse_answered(current)
        if not may_complete(current, by):
            raise NotYours
        current.evidence = check_evidence(current.template.evidence, evidence)
        current.done_at = happened(done_at or now, now=now)
        if current.done_at < current.engagement.opened_at:
            raise BeforeOpening
        current.state, current.done_by, current.recorded_at, current.next_alert_at = Task.State.DONE, person(by), now, None
        current.broken_at = _missed(current)
        current.save(update_fields=["state", "done_at", "done_by", "recorded_at", "evidence", "next_alert_at", "broken_at"])
        record(of_task(EventType.TASK_COMPLETED, current, now=now))
        return current


def undo_task(task: Task, *, by: Caller, now: datetime) -> Task:
    """Take a tick back within a minute. Locks the engagement.

    :raises NotAnswered: when it is not ticked.
    :raises TooLateToUndo: when the minute is over, or somebody else ticked.
    """
    with _answering(task, by=by) as current:
        if current.state != Task.State.DONE:
            raise NotAnswered
        if current.done_by_id != by.pk or now - (current.recorded_at or now) > UNDO_WITHIN:
            raise TooLateToUndo
        return _reopen(current, now=now)


def waive_task(task: Task, *, reason: str, by: Caller | None, now: datetime) -> Task:
    """Say that a promise does not apply, and why. Locks the engagement.

    :raises ReasonMissing: when no reason is given.
    :raises AlreadyAnswered: when it was ticked or waived before.
    Source: S97 to S126
    """
    with _answering(task, by=by) as current:
        _refuse_answered(current)
        if not may_waive(current, by):
            raise NotYours
        because = _fitting(reason.strip(), LONGEST_REASON)
        if not because:
            raise ReasonMissing
        current.state, current.waived_because, current.waived_by = Task.State.WAIVED, because, person(by)
        current.recorded_at, current.next_alert_at = now, None
        current.save(update_fields=["state", "waived_because", "waived_by", "recorded_at", "next_alert_at"])
        return current


def reinstate_task(task: Task, *, by: Caller | None, now: datetime) -> Task:
    """Say that a promise applies after all. Locks the engagement.

    :raises NotAnswered: when nobody said that it does not.
    """
    with _answering(task, by=by) as current:
        if current.state != Task.State.WAIVED:
            raise NotAnswered
        if not may_waive(current, by):
            raise NotYours
        return _reopen(current, now=now)


def check_evidence(wanted: str, evidence: str) -> str:
    """Return what shows that a duty is done, as it is kept.

    :raises NotALink: when a link is wanted and this is none.
    :raises EvidenceMissing: when nothing is given where something is wanted.
    """
    text = _fitting(evidence.strip(), LONGEST_EVIDENCE)
    if not text and wanted != Evidence.TICK:
        raise EvidenceMissing
    return check_link(text) if wanted == Evidence.LINK else text


def check_link(text: str) -> str:
    """Return a web address as it is kept.

    :raises NotALink: when it is none.
    """
    try:
        is_link(_fitting(text.strip(), LONGEST_LINK))
    except ValidationError as error:
        raise NotALink from error
    return text.strip()


def person(by: Caller | None) -> User | None:
    """Return the person who acts; neither a program nor our workers are one."""
    return by if isinstance(by, User) else None


@contextmanager
def _answering(task: Task, *, by: Caller | None) -> Iterator[Task]:
    """Give the task as it is now, locked behind its engagement as a move and a cancellation lock it."""
    with transaction.atomic(), credited_to(person(by)):
        engagement = lock(task.engagement)
        refuse_closed(engagement)
        current = Task.objects.select_for_update(of=("self",)).select_related("template", "session", "done_by", "waived_by").get(pk=task.pk)
        current.engagement = engagement
        yield current


def _refuse_answered(task: Task) -> None:
    if task.state != Task.State.OPEN:
        who = task.done_by or task.waived_by
        raise AlreadyAnswered(state=task.get_state_display(), by=(who.get_full_name() or who.email) if who else _("the portal"))


def _missed(task: Task) -> datetime | None:
    """A tick made in time takes back a miss that was recorded before it arrived; one made late records it."""
    missed_at = task.broken_at or task.due_at
    return missed_at if missed_at and task.done_at and task.done_at > missed_at else None


def _reopen(task: Task, *, now: datetime) -> Task:
    task.state, task.done_at, task.done_by, task.evidence = Task.State.OPEN, None, None, ""
    task.waived_because, task.waived_by, task.recorded_at = "", None, None
    task.next_alert_at = alert_at(task.template.ladder, task.due_at, now)
    task.save(update_fields=["state", "done_at", "done_by", "evidence", "waived_because", "waived_by", "recorded_at", "next_alert_at"])
    return task


def _fitting(text: str, most: int) -> str:
    if len(text) > most:
        raise TooLong(most=most)
    return text.replace("\0", "")
