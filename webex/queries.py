"""What a Webex site can tell, and what it told; sites without a connection are looked after by hand."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet

from customers.bearer import Caller
from customers.models import Site
from customers.queries import rows_of, sites_visible_to
from customers.sealing import CannotOpen, unseal
from customers.statements import Given, Statement
from webex.client import Webex
from webex.models import Connection, FoundRecording, Hint, SiteUpdate, WatchedMeeting
from webex.reading import Meeting, digits
from webex.troubles import Trouble

LOOKUP_SECONDS = 3.0  # at most so long a customer waits, and the request's transaction with them
LOOKUPS_AT_ONCE = 8
CHECK_EVERY = timedelta(minutes=5)
THAT_DAY = timedelta(hours=14)


class Answer(Enum):
    """How a look-up ended."""

    NO_CONNECTION = "no_connection"
    NOT_ASKED = "not_asked"  # number or host ID, or the host's e-mail, were not given
    UNAVAILABLE = "unavailable"  # no usable answer in time
    NOT_FOUND = "not_found"  # or somebody else's: nobody can tell the two apart
    FOUND = "found"


@dataclass(frozen=True)
class MeetingFound:
    """A meeting as its site knows it, or why it is not known."""

    answer: Answer
    title: str = ""
    agenda: str = ""
    starts_at: datetime | None = None
    minutes: int = 0
    zone: str = ""
    number: str = ""
    link: str = ""
    host_name: str = ""
    host_email: str = ""
    is_recurring: bool = False


def find_meeting(
    site: Site, *, host_id: str, host_email: str, meeting_number: str, around: datetime | None = None, now: datetime
) -> MeetingFound:
    """Look a meeting up on its site: by number and host's e-mail, or for a host the one nearest to `around`. Source: S25

    Never raises, and takes at most three seconds. Holds no lock meanwhile and never renews tokens: that is the workers' part.
    """
    connection = Connection.objects.filter(site=site, state=Connection.State.CONNECTED).first()
    if connection is None:
        return MeetingFound(Answer.NO_CONNECTION)
    number, host = digits(meeting_number), host_email.strip().lower()
    if not host or not (number or (host_id and around)):
        return MeetingFound(Answer.NOT_ASKED)
    try:
        token = unseal(connection.access_token_sealed)
    except CannotOpen:
        return MeetingFound(Answer.UNAVAILABLE)
    found = _in_time(lambda: _listed(token, number, host, site.host_name, around, now=now))
    if found is None:
        return MeetingFound(Answer.UNAVAILABLE)
    mine = [each for each in found if each.host_email == host and each.site == site.host_name and each.starts_at and each.ends_at]
    best = min(mine, key=lambda each: _distance(each, around), default=None)
    return MeetingFound(Answer.NOT_FOUND) if best is None else _told(best)


class _Lookups:
    """Threads of this process that ask sites. Asking goes on after we stopped waiting, and ends by its own time limits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def within(self, seconds: float, question: Callable[[], list[Meeting]]) -> list[Meeting] | None:
        """The answer, or None when there was none in time."""
        with self._lock:  # made after the server has forked
            self._pool = self._pool or ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="webex")
        asked = self._pool.submit(question)
        try:
            return asked.result(seconds)
        except TookTooLong:
            asked.cancel()
            return None
        except Trouble:
            return None


_lookups = _Lookups()


def _in_time(question: Callable[[], list[Meeting]]) -> list[Meeting] | None:
    return _lookups.within(LOOKUP_SECONDS, question)


def _listed(token: str, number: str, host: str, site: str, around: datetime | None, *, now: datetime) -> list[Meeting]:
    with Webex(token=token, now=now, seconds=LOOKUP_SECONDS) as door:
        if number:
            return door.meetings_with_number(number, host)
        assert around
        return door.occurrences(host_email=host, site=site, since=around - THAT_DAY, until=around + THAT_DAY)


def _distance(meeting: Meeting, around: datetime | None) -> timedelta:
    assert meeting.starts_at
    return abs(meeting.starts_at - around) if around else timedelta()


def _told(meeting: Meeting) -> MeetingFound:
    assert meeting.starts_at
    assert meeting.ends_at
    return MeetingFound(
        Answer.FOUND,
        title=meeting.title,
        agenda=meeting.agenda,
        starts_at=meeting.starts_at,
        minutes=int((meeting.ends_at - meeting.starts_at).total_seconds() // 60),
        zone=meeting.zone,
        number=meeting.number,
        link=meeting.link if meeting.link.startswith("https://") else "",
        host_name=meeting.host_name,
        host_email=meeting.host_email,
        is_recurring=meeting.is_recurring,
    )


# Connections ------------------------------------------------------------------------------------------------------------


def connections_visible_to(user: Caller) -> QuerySet[Connection]:
    """Return the connections of the caller's organisations, with their sites."""
    return rows_of(user, Connection.objects.select_related("site").order_by("site__host_name"))


def sites_with_connections(user: Caller) -> QuerySet[Site]:
    """Return the caller's sites, each with its connection if it has one."""
    return sites_visible_to(user).select_related("connection")


def is_connected(site: Site | None) -> bool:
    """Tell whether the site can be asked."""
    return site is not None and Connection.objects.filter(site=site, state=Connection.State.CONNECTED).exists()


def may_change_meetings(site: Site | None) -> bool:
    """Tell whether we may change meetings on the site ourselves. Source: S52"""
    if site is None:
        return False
    return Connection.objects.filter(site=site, state=Connection.State.CONNECTED, may_write=True).exists()


def connections_with_work(*, now: datetime) -> QuerySet[Connection]:
    """Return the connections that something is due for: a check, a hint, a look, a change. The caller's scope says whose."""
    of_site = {"site_id": OuterRef("site_id")}
    work = (
        Q(checked_at__isnull=True)
        | Q(checked_at__lte=now - CHECK_EVERY)
        | Exists(Hint.objects.filter(connection=OuterRef("pk"), look_at__lte=now))
        | Exists(WatchedMeeting.objects.filter(next_look_at__lte=now, **of_site))
        | Exists(SiteUpdate.objects.filter(state=SiteUpdate.State.WAITING, next_try_at__lte=now, **of_site))
    )
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    quiet_is_over = Q(quiet_until__isnull=True) | Q(quiet_until__lte=now)
    return Connection.objects.filter(work & free & quiet_is_over, state=Connection.State.CONNECTED).order_by("id")


# What was found ---------------------------------------------------------------------------------------------------------


def watched_with_news() -> QuerySet[WatchedMeeting]:
    """Return the meetings about which something was found that the app above has not read, oldest news first, with recordings."""
    return WatchedMeeting.objects.filter(news_at__isnull=False).order_by("news_at", "id").prefetch_related("recordings")


def meetings_seen(organisation_id: int, reference: str) -> list[WatchedMeeting]:
    """Return what took place of an event's days as far as its site told, with recordings, in order of the days."""
    return _SEEN.ask(organisation=organisation_id, reference=reference)


_SEEN = Statement(
    WatchedMeeting.objects.filter(
        organisation_id=Given("organisation"), reference=Given("reference", CharField()), started_at__isnull=False
    )
    .order_by("position")
    .prefetch_related(Prefetch("recordings", FoundRecording.objects.order_by("recorded_at", "id")))
)


def updates_with_news() -> QuerySet[SiteUpdate]:
    """Return the changes on sites whose outcome the app above has not read."""
    return SiteUpdate.objects.filter(news_at__isnull=False).order_by("news_at", "id").select_related("site")


def site_updates_of(organisation_id: int, reference: str) -> list[SiteUpdate]:
    """Return the newest change or check of each day of an event."""
    rows = SiteUpdate.objects.filter(organisation_id=organisation_id, reference=reference).exclude(state=SiteUpdate.State.WITHDRAWN)
    return list(rows.order_by("position", "-id").distinct("position"))


@dataclass(frozen=True)
class AttendanceSeen:
    """How many registered for an event day and how many came, each person once, the host apart."""

    registered: int
    attended: int


def attendance_of(organisation_id: int, reference: str) -> dict[int, AttendanceSeen]:
    """Return the figures of each event day that the site has told; a day it has not told about is missing. Source: S70, S90"""
    told = WatchedMeeting.objects.filter(organisation_id=organisation_id, reference=reference, attendance_at__isnull=False)
    return {each.position: AttendanceSeen(each.registered or 0, each.attended or 0) for each in told}
