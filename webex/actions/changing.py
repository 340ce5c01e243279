"""The meeting on the site follows a moved event: changed by us, or by the customer and then checked. Source: S49 to S52"""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import QuerySet

from customers.models import Site
from customers.tenancy import scope
from webex.actions.tokens import ask
from webex.client import Webex
from webex.models import Connection, SiteUpdate
from webex.reading import Meeting, digits
from webex.troubles import Forbidden, NotThere, Rejected

A_DAY = timedelta(days=1)
OVER_OR_BEGUN = {"inProgress", "ended", "lobby", "missed", "expired"}
CHECK_AGAIN = (timedelta(minutes=2), timedelta(minutes=8), timedelta(minutes=30))  # what was just changed can take ten minutes to show

Why, State, Kind = SiteUpdate.Why, SiteUpdate.State, SiteUpdate.Kind


class _OneMeetingOnly(Exception):
    """The number stands for a single meeting, which is the first day's: nothing is to be changed for the others."""


def change_on_site(**wanted: object) -> SiteUpdate:
    """Have the workers change the meeting of one day on the site. In the caller's transaction, for once the move is confirmed."""
    return _ask_for(Kind.CHANGE, **wanted)  # type: ignore[arg-type]


def check_on_site(**wanted: object) -> SiteUpdate:
    """Have the workers see that the customer changed the meeting of one day."""
    return _ask_for(Kind.CHECK, **wanted)  # type: ignore[arg-type]


def _ask_for(
    kind: str,
    *,
    site: Site,
    reference: str,
    position: int,
    meeting_number: str,
    host_email: str,
    old_starts_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    tell_invitees: bool = False,
    now: datetime,
) -> SiteUpdate:
    """A newer wish takes the place of one that still waits, and starts from the time the site shows."""
    former = _waiting(site.organisation_id, reference).filter(position=position).first()
    if former is not None:
        old_starts_at = former.old_starts_at if former.kind == Kind.CHANGE else old_starts_at
        _settle(former, State.WITHDRAWN, now=now)
    return SiteUpdate.objects.create(
        organisation_id=site.organisation_id, site=site, kind=kind, reference=reference, position=position,
        meeting_number=digits(meeting_number), host_email=host_email.lower(), old_starts_at=old_starts_at, starts_at=starts_at,
        ends_at=ends_at, zone=zone, tell_invitees=tell_invitees, asked_at=now, next_try_at=now,
    )  # fmt: skip


def withdraw_changes(*, organisation_id: int, reference: str, now: datetime) -> None:
    """The event does not take place: leave the meeting alone."""
    for update in _waiting(organisation_id, reference):
        _settle(update, State.WITHDRAWN, now=now)


def mark_update_read(update: SiteUpdate) -> None:
    """The app above has said what became of it."""
    SiteUpdate.objects.filter(pk=update.pk).update(news_at=None)


def carry_out(connection: Connection, update: SiteUpdate, *, now: datetime) -> None:
    """Do one change or check. Not inside a transaction.

    :raises Trouble: when the site gives no answer or asks to wait; the change stays and is tried again.
    """
    if now >= update.starts_at:
        finish(update, Why.REFUSED, now=now)
        return
    try:
        meeting = ask(connection, lambda site: _found(site, connection, update), now=now)
    except _OneMeetingOnly:
        finish(update, "", now=now)
        return
    if meeting is None:
        finish(update, Why.NOT_FOUND, now=now)
    elif _is_at(meeting, update):
        finish(update, "", now=now)
    elif update.kind == Kind.CHECK:
        _check_later(update, now=now)
    elif meeting.state in OVER_OR_BEGUN:
        finish(update, Why.RUNNING, now=now)
    elif not connection.may_write:
        finish(update, Why.NO_CONNECTION, now=now)
    else:
        finish(update, _changed(connection, update, meeting, now=now), now=now)


def finish(update: SiteUpdate, why: str, *, now: datetime) -> None:
    """Settle it, unless it was withdrawn meanwhile; `why` is empty when it worked."""
    with scope(update.organisation_id):
        current = SiteUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)
        if current.state == State.WAITING:
            current.why = why
            _settle(current, State.FAILED if why else State.DONE, now=now)


def _changed(connection: Connection, update: SiteUpdate, meeting: Meeting, *, now: datetime) -> str:
    """Patch, and believe what the site answers; why not, or nothing."""
    try:
        patched = ask(
            connection,
            lambda site: site.patch_times(
                meeting.id, starts_at=update.starts_at, ends_at=update.ends_at, zone=update.zone, host_email=update.host_email,
                tell_invitees=update.tell_invitees,
            ),
            now=now,
        )  # fmt: skip
    except NotThere:
        return Why.NOT_FOUND
    except (Rejected, Forbidden) as refused:
        return Why.RUNNING if refused.status == HTTPStatus.CONFLICT else Why.REFUSED
    return "" if _is_at(patched, update) else Why.REFUSED


def _found(site: Webex, connection: Connection, update: SiteUpdate) -> Meeting | None:
    """The series; of a recurring one the occurrence, because changing a series drops its exceptional occurrences."""
    listed = site.meetings_with_number(update.meeting_number, update.host_email)
    mine = [each for each in listed if each.host_email == update.host_email and each.site == connection.site.host_name]
    series = next((each for each in mine if each.kind == "meetingSeries"), None)
    if series is None:
        return None
    if not series.is_recurring:
        if update.position > 1:
            raise _OneMeetingOnly
        return series
    days = sorted((update.old_starts_at, update.starts_at))
    occurrences = site.occurrences(
        series=series.series, host_email=update.host_email, since=days[0] - A_DAY, until=days[1] + A_DAY
    )  # fmt: skip
    moved = [each for each in occurrences if _is_at(each, update)]
    return next(iter(moved), None) or next((each for each in occurrences if each.starts_at == _minute(update.old_starts_at)), None)


def _is_at(meeting: Meeting, update: SiteUpdate) -> bool:
    return meeting.starts_at == _minute(update.starts_at)


def _minute(at: datetime) -> datetime:
    """Webex cuts starts to the minute."""
    return at.replace(second=0, microsecond=0)


def _check_later(update: SiteUpdate, *, now: datetime) -> None:
    if update.attempts >= len(CHECK_AGAIN):
        finish(update, Why.DIFFERS, now=now)
        return
    with scope(update.organisation_id):
        waiting = SiteUpdate.objects.filter(pk=update.pk, state=State.WAITING)
        waiting.update(attempts=update.attempts + 1, next_try_at=now + CHECK_AGAIN[update.attempts])


def _waiting(organisation_id: int, reference: str) -> QuerySet[SiteUpdate]:
    return SiteUpdate.objects.filter(organisation_id=organisation_id, reference=reference, state=State.WAITING)


@transaction.atomic
def _settle(update: SiteUpdate, state: str, *, now: datetime) -> None:
    """What worked or did not is news for the app above; what it withdrew itself is none."""
    update.state, update.next_try_at, update.settled_at = state, None, now
    update.news_at = None if state == State.WITHDRAWN else now
    update.save(update_fields=["state", "why", "next_try_at", "settled_at", "news_at"])
