"""Looking at one watched meeting: what took place, its recordings, who came. First asked, without a transaction; then written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.tenancy import scope
from webex.actions.tokens import ask
from webex.client import Webex
from webex.looking import EARLY, LATE, RECORDING_MAY_COME, belongs, next_look
from webex.models import Connection, FoundRecording, WatchedMeeting
from webex.reading import Meeting, Participant, Recording, Registrant
from webex.troubles import Forbidden, NotThere, Rejected

LONGEST_WINDOW = timedelta(days=29)  # Webex answers for at most 30 days at once
REGISTERED_WITHIN = timedelta(days=89)  # and for 90 days of registrations
REPORT_IS_WHOLE_AFTER = timedelta(hours=24)
ENDED = {"ended"}


@dataclass(frozen=True)
class Sight:
    """What the site showed at one look; `people` is None when it was not asked for them."""

    series_id: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    instance_id: str = ""
    recordings: tuple[Recording, ...] = ()
    people: tuple[Participant | Registrant, ...] | None = None


def look_at(connection: Connection, watched: WatchedMeeting, *, now: datetime) -> None:
    """Ask the site about one watched meeting, keep what is new, and say when to look again. Safe to run twice.

    :raises Trouble: when the site gives no answer; then nothing changes.
    """
    sight = ask(connection, lambda site: _seen(site, connection, watched, now=now), now=now)
    with scope(watched.organisation_id):
        _keep(watched, sight, now=now)


def _seen(site: Webex, connection: Connection, watched: WatchedMeeting, *, now: datetime) -> Sight:
    series = watched.series_id or _series(site, connection, watched)
    if not series or now < watched.starts_at - EARLY:
        return Sight(series)
    instances = _instances(site, watched, series, now=now)
    if not instances:
        return Sight(series)
    starts = [each.starts_at for each in instances if each.starts_at]
    is_over = all(each.state in ENDED for each in instances)
    ends = [each.ends_at for each in instances if each.ends_at]
    if not is_over or not ends:
        return Sight(series, min(starts), None, instances[-1].id)
    ended_at = max(*ends, min(starts))
    whole = connection.kind == Connection.Kind.SERVICE_APP
    recordings = tuple(found for each in instances for found in _recordings(site, watched, each, whole=whole, now=now))
    people = _people(site, connection, watched, series, instances, now=now) if _wants_people(watched, ended_at, now) else None
    return Sight(series, min(starts), ended_at, instances[-1].id, recordings, people)


def _series(site: Webex, connection: Connection, watched: WatchedMeeting) -> str:
    """The series under the number, if it is this host's on this site: the list also names meetings the host is only invited to."""
    try:
        listed = site.meetings_with_number(watched.meeting_number, watched.host_email)
    except (NotThere, Rejected):
        return ""
    mine = (each for each in listed if each.host_email == watched.host_email and each.site == connection.site.host_name)
    return next((each.series for each in mine), "")


def _instances(site: Webex, watched: WatchedMeeting, series: str, *, now: datetime) -> list[Meeting]:
    """What took place on the day, first begun first; a meeting that was left and entered again took place twice."""
    since, until = watched.starts_at - EARLY, min(watched.ends_at + LATE, watched.starts_at + LONGEST_WINDOW)
    try:
        listed = site.instances(series=series, host_email=watched.host_email, since=since, until=until)
    except NotThere:
        return []
    ours = [each for each in listed if each.series == series and each.kind == "meeting"]
    ours = [each for each in ours if belongs(each.starts_at, starts_at=watched.starts_at, ends_at=watched.ends_at)]
    return sorted(ours, key=lambda each: each.starts_at or now)


def _recordings(site: Webex, watched: WatchedMeeting, instance: Meeting, *, whole: bool, now: datetime) -> list[Recording]:
    until = min(watched.starts_at - EARLY + LONGEST_WINDOW, now + timedelta(days=1))
    try:
        found = site.recordings(
            meeting_id=instance.id, host_email=watched.host_email, since=watched.starts_at - EARLY, until=until, whole_organisation=whole
        )
    except NotThere:
        return []
    return [each for each in found if each.is_available and each.playback_url.startswith("https://") and each.meeting_id == instance.id]


def _wants_people(watched: WatchedMeeting, ended_at: datetime, now: datetime) -> bool:
    """Once details may be there, and once more when the attendee report is whole."""
    if now < ended_at + RECORDING_MAY_COME:
        return False
    return watched.attendance_at is None or watched.attendance_at < ended_at + REPORT_IS_WHOLE_AFTER <= now


def _people(
    site: Webex, connection: Connection, watched: WatchedMeeting, series: str, instances: list[Meeting], *, now: datetime
) -> tuple[Participant | Registrant, ...]:
    """Attendees from the report, else from the list of participants; and who registered, where that was asked for."""
    found: list[Participant | Registrant] = []
    since, until = watched.starts_at - EARLY, watched.ends_at + LATE
    for each in instances:
        found += _attendees(site, connection, each, watched, window=(since, until))
    try:
        registered_since = watched.starts_at - REGISTERED_WITHIN + LATE
        found += site.registrants(series=series, host_email=watched.host_email, since=registered_since, until=watched.starts_at + LATE)
    except (NotThere, Rejected, Forbidden):  # no registration was asked for
        return tuple(found)
    return tuple(found)


def _attendees(
    site: Webex, connection: Connection, instance: Meeting, watched: WatchedMeeting, *, window: tuple[datetime, datetime]
) -> list[Participant]:
    since, until = window
    try:
        reported = site.attendees(site=connection.site.host_name, meeting_id=instance.id, since=since, until=until)
    except (NotThere, Rejected, Forbidden):
        reported = []
    if reported:
        return reported
    try:
        return site.participants(meeting_id=instance.id, host_email=watched.host_email, since=since, until=until)
    except (NotThere, Rejected, Forbidden):
        return []


def _keep(watched: WatchedMeeting, sight: Sight, *, now: datetime) -> None:
    """Write what is new. If the event was moved meanwhile, the sight is of another day and is dropped: the move asked for a new look."""
    current = WatchedMeeting.objects.select_for_update(of=("self",)).get(pk=watched.pk)
    same = ("starts_at", "ends_at", "meeting_number", "host_email", "site_id")
    if any(getattr(current, name) != getattr(watched, name) for name in same):
        return
    before = (current.started_at, current.ended_at)
    current.series_id = sight.series_id[:120]
    if sight.started_at:
        current.instance_id, current.started_at, current.ended_at = sight.instance_id[:120], sight.started_at, sight.ended_at
    is_news = before != (current.started_at, current.ended_at)
    is_news |= _keep_recordings(current, sight, now=now)
    if sight.people is not None:
        current.registered, current.attended = figures_of(sight.people)
        current.attendance_at, is_news = now, True
    if is_news:
        current.news_at = now
    if current.next_look_at is not None or is_news:
        current.next_look_at = next_look(starts_at=current.starts_at, ends_at=current.ends_at, ended_at=current.ended_at, now=now)
    current.save()


def _keep_recordings(watched: WatchedMeeting, sight: Sight, *, now: datetime) -> bool:
    known = set(watched.recordings.values_list("recording_id", flat=True))
    fresh = [
        FoundRecording(
            organisation_id=watched.organisation_id, watched=watched, recording_id=each.id, topic=each.topic[:300],
            playback_url=each.playback_url, format=each.format[:20], seconds=each.seconds, recorded_at=each.recorded_at, found_at=now,
        )
        for each in sight.recordings
        if each.id and each.id not in known and len(each.id) <= 120 and len(each.playback_url) <= 1000
    ]  # fmt: skip
    FoundRecording.objects.bulk_create(fresh, ignore_conflicts=True)
    return bool(fresh)


def figures_of(people: tuple[Participant | Registrant, ...]) -> tuple[int, int]:
    """How many registered and how many came: each once, however often they came in. Nobody's name is kept.

    The host is no guest, and whom the host turned away did not register.
    """
    registered = {_who(each) for each in people if isinstance(each, Registrant) and not each.is_rejected}
    attended = {_who(each) for each in people if isinstance(each, Participant) and not each.is_host}
    return len(registered), len(attended)


def _who(person: Participant | Registrant) -> str:
    return (person.email or person.name).casefold()
