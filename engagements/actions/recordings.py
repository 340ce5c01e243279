"""Recordings: looked at before the session, put where the customer has them within 48 hours, opened by who may."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.bearer import Caller
from customers.models import Site
from customers.refusals import Refusal
from engagements.actions.crediting import credited_to
from engagements.actions.locking import lock
from engagements.actions.refusing import NotYours, refuse_closed
from engagements.actions.session_duties import sync_session_tasks
from engagements.actions.ticking import check_link, complete_task, person
from engagements.events import record_recording
from engagements.models import Engagement, Recording, RecordingDownload, RecordingFormat, RepositoryGrant, Session, Task
from engagements.queries import may_file, may_grant, may_run

OFFERED_FOR = timedelta(days=90)
LONGEST_NOTE = 500
# The duties of the catalogue that a recording keeps, by their codes. Source: S71, S93, S95, S96
KEPT_BY_A_LINK = frozenset({"recording-links", "recording-upload", "recording-download"})
KEPT_BY_FORMATS = frozenset({"recording-formats"})
KEPT_IN_THE_REPOSITORY = frozenset({"repository-upload"})
KEPT_BY_A_LOOK = frozenset({"cloud-recording-requested", "cloud-recording-every"})


class ForeignHost(Refusal):
    """The link leads somewhere else than to the customer."""

    code = "foreign_host"
    status = 422
    sentence = _(
        "Recordings are hosted in the customer’s account: %(host)s is neither one of its sites nor a repository we have access to."
    )


class NotEndedYet(Refusal):
    """There cannot be a recording yet."""

    code = "not_ended_yet"
    status = 422
    sentence = _("This session has not ended yet. Enter its actual end first if it has.")


class FormatsMissing(Refusal):
    """A recording has a format."""

    code = "formats_missing"
    status = 422
    sentence = _("Say in which formats the recording is.")


class RecordingExpired(Refusal):
    """It was offered for so long."""

    code = "recording_expired"
    status = 410
    sentence = _("This recording is not offered any more. Ask your coordinator for it.")


class BadGrant(Refusal):
    """Access needs a place and a time."""

    code = "bad_grant"
    status = 422
    sentence = _("Name the address of your repository, and from when until when we may use it.")


def add_recording(
    session: Session, *, url: str, formats: Collection[str], trim_note: str = "", by: Caller | None, now: datetime
) -> Recording:
    """Put a recording into the agenda; the promises that it keeps are ticked off with the link as proof. Locks the engagement.

    The same link again gives back the recording that is there. What the customer's program files keeps no promise of ours: one of
    our people has looked at it once they file the same link.

    :raises ForeignHost: when it is hosted elsewhere than with the customer.
    :raises Refusal: when the engagement is closed, the session goes on, or the caller is not on it.
    Source: S71, S93, S95, S96
    """
    with transaction.atomic(), credited_to(person(by)):
        engagement = _workable(session.engagement, by, may_file)
        current = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if current.end_at > now:
            raise NotEndedYet
        link = check_link(url)
        recording = Recording.objects.filter(session=current, url=link).select_related("session").first()
        if recording is None:
            recording = Recording.objects.create(
                organisation_id=engagement.organisation_id,
                session=current,
                key=secrets.token_urlsafe(12),
                url=link,
                place=place_of(engagement, link, now=now),
                formats=_known_formats(formats),
                trim_note=trim_note.strip()[:LONGEST_NOTE],
                added_at=now,
                added_by=person(by),
                expires_at=now + OFFERED_FOR,
            )
            record_recording(recording, engagement, now=now)
        if may_run(engagement, by):
            _keep(current, _kept_codes(recording), link, by=by, now=now)
        return recording


def check_cloud_recording(session: Session, *, on: bool, by: Caller | None, now: datetime) -> Session:
    """Say whether cloud recording is on; if it is, the promise to turn it on is kept. Locks the engagement. Source: S92, S94"""
    with transaction.atomic(), credited_to(person(by)):
        _workable(session.engagement, by)
        current = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        current.cloud_recording_on, current.cloud_recording_checked_at, current.cloud_recording_checked_by = on, now, person(by)
        current.save(update_fields=["cloud_recording_on", "cloud_recording_checked_at", "cloud_recording_checked_by"])
        if on:
            _keep(current, KEPT_BY_A_LOOK, "", by=by, now=now)
        return current


def open_recording(recording: Recording, *, by: Caller | None, now: datetime) -> str:
    """Note who opens a recording and return where it is; who may see it is the door's business. Source: S95

    :raises RecordingExpired: when it is not offered any more.
    """
    if now >= recording.expires_at:
        raise RecordingExpired
    RecordingDownload.objects.create(organisation_id=recording.organisation_id, recording=recording, opened_at=now, opened_by=person(by))
    return recording.url


def grant_repository(
    engagement: Engagement, *, url: str, valid_from: datetime, valid_until: datetime, by: Caller | None, now: datetime
) -> RepositoryGrant:
    """Let us use the customer's repository; from then on we owe the recordings there too. Locks the engagement. Source: S96, S97

    :raises BadGrant: when it names no host or no time.
    """
    with transaction.atomic(), credited_to(person(by)):
        current = lock(engagement)
        refuse_closed(current)
        if not may_grant(current, by):
            raise NotYours
        host = (urlsplit(check_link(url)).hostname or "").lower()
        if not host or valid_until <= max(valid_from, now):
            raise BadGrant
        grant = RepositoryGrant.objects.create(
            organisation_id=current.organisation_id,
            engagement=current,
            host_name=host,
            valid_from=valid_from,
            valid_until=valid_until,
            granted_at=now,
            granted_by=person(by),
        )
        sync_session_tasks(current, now=now)
        return grant


def withdraw_repository(grant: RepositoryGrant, *, by: Caller | None, now: datetime) -> None:
    """End our use of the customer's repository; what is open to be put there is owed no more. Locks the engagement. Safe to run twice.

    Links to what lies there already stay: where it lies is the customer's own. Source: S96
    """
    with transaction.atomic(), credited_to(person(by)):
        current = _workable(grant.engagement, by, may_grant)
        live = RepositoryGrant.objects.filter(pk=grant.pk, valid_until__gt=now)
        live.filter(valid_from__gte=now).delete()
        live.update(valid_until=now)
        sync_session_tasks(current, now=now)


def place_of(engagement: Engagement, url: str, *, now: datetime) -> str:
    """Say whose house a link leads to.

    :raises ForeignHost: when it is not the customer's.
    """
    host = (urlsplit(url).hostname or "").lower()
    sites = Site.objects.filter(organisation_id=engagement.organisation_id, is_active=True).values_list("host_name", flat=True)
    if any(_is_within(host, site) for site in sites):
        return str(Recording.Place.SITE)
    grants = engagement.repository_grants.filter(valid_from__lte=now, valid_until__gt=now).values_list("host_name", flat=True)
    if any(_is_within(host, granted) for granted in grants):
        return str(Recording.Place.REPOSITORY)
    raise ForeignHost(host=host)


def _workable(engagement: Engagement, by: Caller | None, may: Callable[[Engagement, Caller | None], bool] = may_run) -> Engagement:
    current = lock(engagement)
    refuse_closed(current)
    if not may(current, by):
        raise NotYours
    return current


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _known_formats(formats: Collection[str]) -> list[str]:
    known = [each for each in RecordingFormat.values if each in formats]
    if not known or set(formats) - set(known):
        raise FormatsMissing
    return known


def _kept_codes(recording: Recording) -> frozenset[str]:
    return KEPT_BY_A_LINK | KEPT_BY_FORMATS | (KEPT_IN_THE_REPOSITORY if recording.place == Recording.Place.REPOSITORY else frozenset())


def _keep(session: Session, codes: Collection[str], evidence: str, *, by: Caller | None, now: datetime) -> None:
    """Tick off what the session still owes; who may work on the event may also say so for the rest of the team."""
    owed = Task.objects.filter(session=session, template__code__in=codes, state=Task.State.OPEN).select_related("engagement")
    for task in owed.order_by("id"):
        complete_task(task, by=by, evidence=evidence, now=now)
