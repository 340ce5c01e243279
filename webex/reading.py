"""What Webex answers, as plain values: only what the portal uses, and no secret. Unknown fields and words are passed over.

Passwords, host keys and direct download links are never read, so they cannot be stored, logged or mailed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]
NOT_KNOWN_YET = datetime(1971, 1, 1, tzinfo=UTC)  # times of 1970 mean: not known yet


@dataclass(frozen=True)
class Meeting:
    """A series, one of its occurrences, or what took place (an instance), by `kind`."""

    id: str
    kind: str
    state: str
    number: str
    title: str
    agenda: str
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    host_name: str
    host_email: str
    site: str
    link: str
    scheduled_type: str
    is_recurring: bool

    @property
    def series(self) -> str:
        """What a series, its occurrences and its instances have in common."""
        return series_of(self.id)


@dataclass(frozen=True)
class Recording:
    """A recording and where it is played."""

    id: str
    meeting_id: str
    topic: str
    playback_url: str
    format: str
    seconds: int
    size_bytes: int
    recorded_at: datetime | None
    created_at: datetime | None
    is_available: bool


@dataclass(frozen=True)
class Participant:
    """Who was there: enough to count each person once."""

    name: str
    email: str
    is_host: bool


@dataclass(frozen=True)
class Registrant:
    """Who registered, and whether the host turned them away."""

    name: str
    email: str
    is_rejected: bool = False


@dataclass(frozen=True)
class Webhook:
    """A notification that a site sends us."""

    id: str
    name: str
    target_url: str
    resource: str
    event: str
    is_active: bool


@dataclass(frozen=True)
class Tokens:
    """What a refresh answers; the lifetimes are seconds, and the refresh token replaces the one that was used."""

    access_token: str
    refresh_token: str
    access_seconds: int
    refresh_seconds: int


def series_of(meeting_id: str) -> str:
    """The part that a series, its occurrences (`_<stamp>Z`) and its instances (`_I_<digits>`) share."""
    return meeting_id.partition("_")[0]


def meeting(item: Json) -> Meeting:
    """One item of List Meetings, or Get Meeting."""
    return Meeting(
        id=text(item, "id"),
        kind=text(item, "meetingType"),
        state=text(item, "state"),
        number=text(item, "meetingNumber"),
        title=line(item, "title"),
        agenda=text(item, "agenda"),
        starts_at=instant(item, "start"),
        ends_at=instant(item, "end"),
        zone=text(item, "timezone"),
        host_name=line(item, "hostDisplayName"),
        host_email=text(item, "hostEmail").lower(),
        site=text(item, "siteUrl").lower(),
        link=text(item, "webLink"),
        scheduled_type=text(item, "scheduledType"),
        is_recurring=bool(text(item, "recurrence")),
    )


def recording(item: Json) -> Recording:
    """One item of List Recordings; the direct download is missing where a site prevents it."""
    return Recording(
        id=text(item, "id"),
        meeting_id=text(item, "meetingId"),
        topic=line(item, "topic"),
        playback_url=text(item, "playbackUrl"),
        format=text(item, "format"),
        seconds=whole(item, "durationSeconds"),
        size_bytes=whole(item, "sizeBytes"),
        recorded_at=instant(item, "timeRecorded"),
        created_at=instant(item, "createTime"),
        is_available=text(item, "status") in {"available", ""},
    )


def attendee(item: Json) -> Participant:
    """One line of the attendee report; addresses, telephone numbers and IP addresses are left out."""
    is_host = text(item, "participantType") == "host"
    return _participant(item, is_host=is_host)


def participant(item: Json) -> Participant:
    """One item of List Meeting Participants."""
    return _participant(item, is_host=item.get("host") is True)


def _participant(item: Json, *, is_host: bool) -> Participant:
    return Participant(line(item, "displayName"), text(item, "email").lower(), is_host)


def registrant(item: Json) -> Registrant:
    """One item of List Registrants."""
    name = f"{line(item, 'firstName')} {line(item, 'lastName')}".strip()
    return Registrant(name, text(item, "email").lower(), text(item, "status") == "rejected")


def webhook(item: Json) -> Webhook:
    """One item of List Webhooks."""
    return Webhook(
        text(item, "id"), text(item, "name"), text(item, "targetUrl"), text(item, "resource"), text(item, "event"),
        text(item, "status") != "inactive",
    )  # fmt: skip


def tokens(item: Json) -> Tokens:
    """The answer of the token endpoint."""
    return Tokens(
        text(item, "access_token"), text(item, "refresh_token"), whole(item, "expires_in"), whole(item, "refresh_token_expires_in")
    )


def text(item: Json, name: str) -> str:
    """A text, without NUL; empty for anything else."""
    value = item.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def line(item: Json, name: str) -> str:
    """A text on one line, without control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text(item, name)).split())


def whole(item: Json, name: str) -> int:
    """A whole number from 0 to two thousand million; 0 for anything else."""
    value = item.get(name)
    return min(max(int(value), 0), 2_000_000_000) if isinstance(value, int | float) and value == value else 0  # noqa: PLR0124 - NaN


def instant(item: Json, name: str) -> datetime | None:
    """An instant in UTC; None while it is not known or cannot be read."""
    try:
        read = datetime.fromisoformat(text(item, name))
        at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= NOT_KNOWN_YET else None


def digits(number: str) -> str:
    """A meeting number without the spaces and dashes that people type."""
    return "".join(each for each in number if each.isascii() and each.isdigit())[:40]
