"""The agenda: its sessions, when it is final, and when sessions really began and ended."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import TaskTemplate
from customers.bearer import Caller
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.actions.due_times import replan
from engagements.actions.locking import lock
from engagements.actions.refusing import NotYours, happened, refuse_closed
from engagements.actions.session_duties import sync_session_tasks
from engagements.actions.ticking import check_link, person
from engagements.brief import SessionBrief
from engagements.duties import PER_SESSION
from engagements.models import Engagement, EventDay, Recording, Session, Task
from engagements.queries import may_plan, may_run

Anchor = TaskTemplate.Anchor
MOST_SESSIONS = 200


class AgendaIsFinal(Refusal):
    """Speakers' links are made from it."""

    code = "agenda_is_final"
    sentence = _("The agenda is final. Reopen it to change its sessions or their times.")


class AgendaNotFinal(Refusal):
    """There is nothing to reopen."""

    code = "agenda_not_final"
    sentence = _("The agenda is not final; it can be changed.")


class BadSession(Refusal):
    """The session cannot stand in the agenda like this."""

    code = "bad_session"
    status = 422
    sentence = _("Give the session a title, and an end after its start.")


class OutsideTheDay(Refusal):
    """The session is not within its event day."""

    code = "outside_the_day"
    status = 422
    sentence = _("“%(title)s” is outside the hours of event day %(day)s.")


class SessionInUse(Refusal):
    """Something has happened about the session already."""

    code = "session_in_use"
    sentence = _("“%(title)s” has begun, or something was done or missed about it; it stays in the agenda.")


class UnknownSession(Refusal):
    """It was removed meanwhile."""

    code = "unknown_session"
    sentence = _("This session is not in the agenda any more.")


class EndsBeforeItStarts(Refusal):
    """An end is after its start."""

    code = "ends_before_it_starts"
    status = 422
    sentence = _("The end is not after the start.")


def save_agenda(
    engagement: Engagement, *, put: Sequence[SessionBrief] = (), remove: Collection[str] = (), by: Caller | None, now: datetime
) -> Engagement:
    """Add and change sessions, and remove those with these keys; the others stay. All or nothing. Locks the engagement.

    What is owed for each session follows. While the agenda is final, only what leaves sessions and times alone can change.

    :raises Refusal: when a session is not right, has happened, or the agenda is final.
    Source: S80, S84, S92, S94
    """
    with transaction.atomic(), credited_to(person(by)):
        current = _plannable(engagement, by)
        days = {day.position: day for day in current.days.all()}
        known = {session.key: session for session in current.sessions.select_for_update(of=("self",)).select_related("day").order_by("id")}
        _remove(current, [_known(known, key) for key in remove])
        changed = [_changed(current, brief, days, known) for brief in put]
        if len(known) - len(remove) + sum(not brief.key for brief in put) not in range(1, MOST_SESSIONS + 1):
            raise BadSession(_("An agenda has between 1 and %(most)d sessions.") % {"most": MOST_SESSIONS})
        for session in changed:
            session.save()
        sync_session_tasks(current, now=now)
        replan(current, anchors=PER_SESSION, now=now)
        return current


def declare_agenda_final(engagement: Engagement, *, by: Caller | None, now: datetime) -> Engagement:
    """Declare the agenda final: the five days for the speakers' links begin. Locks the engagement.

    :raises AgendaIsFinal: when it is already.
    Source: S84
    """
    with transaction.atomic(), credited_to(person(by)):
        current = _plannable(engagement, by)
        if current.agenda_final_at is not None:
            raise AgendaIsFinal(_("The agenda is final already."))
        current.agenda_final_at, current.agenda_version = now, current.agenda_version + 1
        current.save(update_fields=["agenda_final_at", "agenda_version"])
        replan(current, anchors=[Anchor.AGENDA_FINAL], now=now)
        return current


def reopen_agenda(engagement: Engagement, *, by: Caller | None, now: datetime) -> Engagement:
    """Open the agenda for changes: what was counted from it waits for the next final one. Locks the engagement.

    :raises AgendaNotFinal: when it is open.
    Source: S84
    """
    with transaction.atomic(), credited_to(person(by)):
        current = _plannable(engagement, by)
        if current.agenda_final_at is None:
            raise AgendaNotFinal
        current.agenda_final_at = None
        current.save(update_fields=["agenda_final_at"])
        replan(current, anchors=[Anchor.AGENDA_FINAL], now=now)
        return current


def set_actual_times(
    session: Session, *, starts_at: datetime | None, ends_at: datetime | None, by: Caller | None, now: datetime
) -> Session:
    """Enter when a session really began and ended; None is "not yet". What is counted from its end follows. Locks the engagement.

    :raises EndsBeforeItStarts: when the end is not after the start, the planned one if no other is known.
    :raises InTheFuture: when it is still to come.
    Source: S93
    """
    with transaction.atomic(), credited_to(person(by)):
        engagement = lock(session.engagement)
        refuse_closed(engagement)
        if not may_run(engagement, by):
            raise NotYours
        current = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        current.actual_starts_at = starts_at and happened(starts_at, now=now)
        current.actual_ends_at = ends_at and happened(ends_at, now=now)
        if current.actual_ends_at and current.actual_ends_at <= (current.actual_starts_at or current.starts_at):
            raise EndsBeforeItStarts
        current.save(update_fields=["actual_starts_at", "actual_ends_at"])
        replan(engagement, anchors=[Anchor.SESSION_END], now=now)
        return current


def _plannable(engagement: Engagement, by: Caller | None) -> Engagement:
    current = lock(engagement)
    refuse_closed(current)
    if not may_plan(current, by):
        raise NotYours
    return current


def _known(known: dict[str, Session], key: str) -> Session:
    if key not in known:
        raise UnknownSession
    return known[key]


def _remove(engagement: Engagement, sessions: Sequence[Session]) -> None:
    if not sessions:
        return
    if engagement.agenda_final_at is not None:
        raise AgendaIsFinal
    answered = Task.objects.filter(~Q(state=Task.State.OPEN) | Q(broken_at__isnull=False), session__in=sessions)
    used = {
        *answered.values_list("session_id", flat=True),
        *Recording.objects.filter(session__in=sessions).values_list("session_id", flat=True),
    }
    for session in sessions:
        if session.pk in used or session.actual_starts_at or session.actual_ends_at:
            raise SessionInUse(title=session.title)
        session.delete()


def _changed(engagement: Engagement, brief: SessionBrief, days: dict[int, EventDay], known: dict[str, Session]) -> Session:
    """Return the session as the brief wants it, not saved yet."""
    _check(brief, days)
    new = Session(organisation_id=engagement.organisation_id, engagement=engagement, key=secrets.token_urlsafe(12))
    session = _known(known, brief.key) if brief.key else new
    planned = (days[brief.day], brief.title.strip(), brief.starts_at, brief.ends_at)
    if engagement.agenda_final_at is not None and (
        not brief.key or planned != (session.day, session.title, session.starts_at, session.ends_at)
    ):
        raise AgendaIsFinal
    session.day, session.title, session.starts_at, session.ends_at = planned
    session.platform = brief.platform
    session.is_recorded = brief.is_recorded or brief.platform == Session.Platform.PLATFORM
    session.join_link = check_link(brief.join_link) if brief.join_link.strip() else ""
    session.speakers = brief.speakers.strip()
    return session


def _check(brief: SessionBrief, days: dict[int, EventDay]) -> None:
    title_fits = 0 < len(brief.title.strip()) <= Session._meta.get_field("title").max_length  # type: ignore[operator]
    if not title_fits or brief.starts_at >= brief.ends_at or brief.platform not in Session.Platform.values:
        raise BadSession
    day = days.get(brief.day)
    if day is None or brief.starts_at < day.starts_at or brief.ends_at > day.ends_at:
        raise OutsideTheDay(title=brief.title, day=brief.day)
