"""One round over a site: what it hinted at, what is due, what waits to be changed, and whether its notifications are alive."""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q

from customers.tenancy import scope
from webex.actions.changing import carry_out
from webex.actions.finding import look_at
from webex.actions.tokens import NotConnected, ask
from webex.actions.webhooks import repair_webhooks
from webex.looking import wait_after_trouble
from webex.models import Connection, Hint, SiteUpdate, WatchedMeeting
from webex.queries import CHECK_EVERY
from webex.reading import series_of
from webex.troubles import Busy, NotThere, Trouble

CLAIM_LASTS = timedelta(seconds=120)  # longer than a task may live
AT_ONCE = 20  # so that a round is over long before the claim is
AGAIN = timedelta(minutes=1)
HINT_COUNTS_FOR = timedelta(minutes=20)  # what a site tells by a notification can take ten minutes to show

SECONDS_OF_A_ROUND = 35  # then nothing new is begun; the next round is seconds away

T = TypeVar("T")
logger = logging.getLogger(__name__)


def look_after_site(*, connection_id: int, organisation_id: int, now: datetime) -> None:
    """Do everything that is due for one site, unless another worker is at it. Opens its own scopes; never talks inside a transaction."""
    connection = _claimed(connection_id, organisation_id, now=now)
    if connection is None:
        return
    trouble: Trouble | None = None
    is_done, until = False, time.monotonic() + SECONDS_OF_A_ROUND
    try:
        _check(connection, now=now)
        _follow_hints(connection, until, now=now)
        _look(connection, until, now=now)
        _change(connection, until, now=now)
        is_done = True
    except Trouble as met:
        trouble = met
    finally:
        _released(connection, trouble, is_done=is_done, now=now)


def _in_time(rows: Iterable[T], until: float) -> Iterator[T]:
    """As many as can be begun in one round."""
    for row in rows:
        if time.monotonic() > until:
            return
        yield row


def _claimed(connection_id: int, organisation_id: int, *, now: datetime) -> Connection | None:
    with scope(organisation_id):
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        may_be_asked = Q(state=Connection.State.CONNECTED) & (Q(quiet_until__isnull=True) | Q(quiet_until__lte=now))
        if not Connection.objects.filter(free, may_be_asked, pk=connection_id).update(claimed_until=now + CLAIM_LASTS):
            return None
        return Connection.objects.select_related("site").get(pk=connection_id)


def _released(connection: Connection, trouble: Trouble | None, *, is_done: bool, now: datetime) -> None:
    """Let go, and note how it went: how long to leave the site alone, and since when it has been in trouble."""
    with scope(connection.organisation_id):
        current = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        current.claimed_until, current.quiet_until = None, None
        if is_done:
            current.trouble, current.trouble_since, current.healthy_at = "", None, now
        elif trouble and not isinstance(trouble, NotConnected):
            current.trouble, current.trouble_since = trouble.word, current.trouble_since or now
            since = current.trouble_since
            current.quiet_until = now + (trouble.wait or wait_after_trouble(since=since, now=now))
        current.save(update_fields=["claimed_until", "quiet_until", "trouble", "trouble_since", "healthy_at"])
    if trouble:
        logger.warning("webex: site %s is left alone for a while: %s", connection.site_id, trouble.word)


def _check(connection: Connection, *, now: datetime) -> None:
    """Every few minutes: is the permission there, are the notifications alive? What happened while they were not is looked for at once."""
    if connection.checked_at and now < connection.checked_at + CHECK_EVERY:
        return
    repaired = ask(connection, lambda site: repair_webhooks(site, connection, now=now), now=now)
    with scope(connection.organisation_id):
        Connection.objects.filter(pk=connection.pk).update(checked_at=now)
        if repaired:
            expected = WatchedMeeting.objects.filter(site_id=connection.site_id, next_look_at__isnull=False, starts_at__lte=now)
            expected.update(next_look_at=now)


def _follow_hints(connection: Connection, until: float, *, now: datetime) -> None:
    """Look where a notification points, again for a while until what it says shows; what concerns no watched meeting is put aside."""
    with scope(connection.organisation_id):
        hints = list(Hint.objects.filter(connection=connection, look_at__lte=now).order_by("look_at", "id")[:AT_ONCE])
    looked: set[int] = set()
    for hint in _in_time(hints, until):
        is_read = now >= hint.received_at + HINT_COUNTS_FOR
        for watched in _pointed_at(connection, hint, now=now):
            if watched.pk not in looked:
                looked.add(watched.pk)
                look_at(connection, watched, now=now)
            is_read = is_read or _shows(watched, hint, connection.organisation_id)
            break
        else:
            is_read = is_read or bool(hint.meeting_id) or hint.resource not in {"meetings", "recordings"}
        with scope(connection.organisation_id):
            Hint.objects.filter(pk=hint.pk).update(look_at=None if is_read else now + AGAIN)


def _pointed_at(connection: Connection, hint: Hint, *, now: datetime) -> list[WatchedMeeting]:
    """The watched meeting of the hint's series whose day is nearest. A recording's notification may not name its meeting: then we ask."""
    meeting_id = hint.meeting_id
    if not meeting_id and hint.resource == "recordings" and hint.subject_id:
        try:
            meeting_id = ask(connection, lambda site: site.recording(hint.subject_id, host_email=""), now=now).meeting_id
        except NotThere:
            return []
    series = series_of(meeting_id)
    if not series:
        return []
    with scope(connection.organisation_id):
        rows = WatchedMeeting.objects.filter(site_id=connection.site_id, series_id=series)
        return sorted(rows, key=lambda row: abs(row.starts_at - hint.received_at))


def _shows(watched: WatchedMeeting, hint: Hint, organisation_id: int) -> bool:
    with scope(organisation_id):
        current = WatchedMeeting.objects.get(pk=watched.pk)
        if hint.resource == "recordings":
            return current.recordings.filter(recording_id=hint.subject_id).exists()
    return bool({"started": current.started_at, "ended": current.ended_at}.get(hint.event, True))


def _look(connection: Connection, until: float, *, now: datetime) -> None:
    with scope(connection.organisation_id):
        due = WatchedMeeting.objects.filter(site_id=connection.site_id, next_look_at__lte=now)
        rows = list(due.order_by("next_look_at")[:AT_ONCE])
    for watched in _in_time(rows, until):
        look_at(connection, watched, now=now)


def _change(connection: Connection, until: float, *, now: datetime) -> None:
    with scope(connection.organisation_id):
        due = SiteUpdate.objects.filter(site_id=connection.site_id, state=SiteUpdate.State.WAITING, next_try_at__lte=now)
        rows = list(due.order_by("next_try_at", "id")[:AT_ONCE])
    for update in _in_time(rows, until):
        try:
            carry_out(connection, update, now=now)
        except Busy as busy:
            again_at = now + (busy.wait or AGAIN)
            with scope(connection.organisation_id):
                SiteUpdate.objects.filter(pk=update.pk, state=SiteUpdate.State.WAITING).update(next_try_at=again_at)
            if busy.status != 423:  # a locked meeting is its own matter, too many calls are the whole site's
                raise
