"""The JSON that the simulated Webex answers, in Webex's own shapes: with the passwords and addresses that the portal must not keep."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from webex.simulator.meetings import NAMES, Meeting, Occurrence, Person, people_of
from webex.simulator.world import Hook

Json = dict[str, Any]


def stamp(at: datetime) -> str:
    """As Webex writes instants."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def series(meeting: Meeting) -> Json:
    """A series in a list."""
    return {**_meeting(meeting, meeting.id, "meetingSeries", "active", start=meeting.start, end=meeting.end), **_number(meeting)}


def occurrence(meeting: Meeting, of: Occurrence, now: datetime) -> Json:
    """A date of a series."""
    state = {"inProgress": "inProgress", "ended": "ended", "missed": "missed"}.get(meeting.state(of, now), "scheduled")
    return {
        **_meeting(meeting, meeting.occurrence_id(of), "scheduledMeeting", state, start=of.start, end=of.end),
        **_number(meeting),
        "isModified": of.stamp in meeting.moved,
    }


def instance(meeting: Meeting, of: Occurrence, now: datetime) -> Json:
    """What took place; it has no number, and while it runs no end but the planned one."""
    run = meeting.run(of)
    assert run.started_at
    return {
        **_meeting(
            meeting, meeting.instance_id(of), "meeting", meeting.state(of, now), start=run.started_at, end=run.ended_at or of.end
        ),
        "scheduledMeetingId": meeting.occurrence_id(of),
        "hasRecording": bool(run.recorded_at and run.recorded_at <= now),
    }  # fmt: skip


def _meeting(meeting: Meeting, meeting_id: str, kind: str, state: str, *, start: datetime, end: datetime) -> Json:
    return {
        "id": meeting_id,
        "meetingSeriesId": meeting.id,
        "title": meeting.title,
        "agenda": meeting.agenda,
        "password": _secret(meeting, "password"),
        "meetingType": kind,
        "state": state,
        "timezone": "UTC",
        "start": stamp(start),
        "end": stamp(end),
        "hostUserId": f"Y2lz{_secret(meeting, meeting.host_email)}",
        "hostDisplayName": meeting.host_name,
        "hostEmail": meeting.host_email,
        "hostKey": _secret(meeting, "key")[:6],
        "siteUrl": meeting.site,
        "webLink": f"https://{meeting.site}/{meeting.site.partition('.')[0]}/j.php?MTID=m{meeting.id}",
        "scheduledType": meeting.scheduled_type,
        "enabledAutoRecordMeeting": meeting.records,
        "telephony": {"accessCode": meeting.number, "callInNumbers": []},
        "enabledBreakoutSessions": False,
        "integrationTags": list(meeting.tags),
        **({"recurrence": meeting.recurrence} if meeting.recurrence else {}),
    }


def _number(meeting: Meeting) -> Json:
    return {"meetingNumber": meeting.number}


def invitees(meeting: Meeting) -> list[Json]:
    """Who is invited."""
    return [
        {"id": f"{meeting.id}_{number}", "email": email, "displayName": email, "coHost": False, "panelist": False, "meetingId": meeting.id}
        for number, email in enumerate(meeting.invitees)
    ]


def registrants(meeting: Meeting) -> list[Json]:
    """Who registered, over the week before."""
    found = []
    for number in range(meeting.registrants or 0):
        first, last = NAMES[number % len(NAMES)].split(" ")
        found.append(
            {
                "id": f"{meeting.id}R{number}",
                "status": {4: "rejected", 6: "pending"}.get(number % 7, "approved"),
                "firstName": first,
                "lastName": last,
                "email": f"{first}.{last}.{number}@guests.example".lower(),
                "companyName": "Guests Ltd",
                "workPhone": "+1 555 0100",
                "registrationTime": stamp(meeting.start - timedelta(days=6, minutes=-number)),
            }
        )
    return found


def participants(meeting: Meeting, of: Occurrence, now: datetime) -> list[Json]:
    """Who joined."""
    return [
        {
            "id": f"{meeting.instance_id(of)}_{number}",
            "host": each.is_host,
            "coHost": False,
            "email": each.email,
            "displayName": each.name,
            "invitee": True,
            "video": "off",
            "state": "end",
            "joinedTime": stamp(each.joined_at),
            "leftTime": stamp(each.left_at),
            "siteUrl": meeting.site,
            "meetingId": meeting.instance_id(of),
            "hostEmail": meeting.host_email,
            "devices": [_device(each)],
        }
        for number, each in enumerate(people_of(meeting, of, now))
    ]


def _device(person: Person) -> Json:
    return {"deviceType": "webex_meetings", "audioType": "voip", "joinedTime": stamp(person.joined_at), "leftTime": stamp(person.left_at)}


def attendees(meeting: Meeting, of: Occurrence, now: datetime) -> list[Json]:
    """The lines of the attendee report, which know more than anybody needs."""
    return [
        {
            "meetingId": meeting.instance_id(of),
            "meetingNumber": int(meeting.number),
            "meetingTitle": meeting.title,
            "displayName": each.name,
            "email": each.email,
            "joinedTime": stamp(each.joined_at),
            "leftTime": stamp(each.left_at),
            "duration": int((each.left_at - each.joined_at).total_seconds() // 60),
            "participantType": "host" if each.is_host else "attendee",
            "ipAddress": "192.0.2.7",
            "clientAgent": "WINDOWS, Chrome",
            "company": "Guests Ltd",
            "phoneNumber": "+1 555 0100",
            "registered": False,
            "invited": True,
        }
        for each in people_of(meeting, of, now)
    ]


def recording(meeting: Meeting, of: Occurrence, *, of_admin: bool) -> Json:
    """The recording of what took place; the administrator's list has other columns."""
    run = meeting.run(of)
    assert run.started_at
    assert run.recorded_at
    ended = run.ended_at or run.recorded_at
    short, name = meeting.site.partition(".")[0], hashlib.sha256(meeting.instance_id(of).encode()).hexdigest()[:32]
    secret = {"password": _secret(meeting, "recording"), "shareToMe": False}
    host = {"hostDisplayName": meeting.host_name, "hostEmail": meeting.host_email}
    return {
        "id": name,
        "meetingId": meeting.instance_id(of),
        "scheduledMeetingId": meeting.occurrence_id(of),
        "meetingSeriesId": meeting.id,
        "topic": f"{meeting.title}-{run.started_at:%Y%m%d %H%M}-1",
        "createTime": stamp(run.recorded_at),
        "timeRecorded": stamp(run.started_at + timedelta(minutes=1)),
        "siteUrl": meeting.site,
        "downloadUrl": f"https://{meeting.site}/{short}/lsr.php?RCID={name}",
        "playbackUrl": f"https://{meeting.site}/{short}/ldr.php?RCID={name}",
        "format": "MP4",
        "serviceType": "MeetingCenter",
        "durationSeconds": max(int((ended - run.started_at).total_seconds()) - 60, 0),
        "sizeBytes": 248_023_188,
        "status": "available",
        **(host if of_admin else secret),
    }


def webhook(hook: Hook) -> Json:
    """A registered notification."""
    return {
        "id": hook.id,
        "name": hook.name,
        "targetUrl": hook.target_url,
        "resource": hook.resource,
        "event": hook.event,
        "secret": hook.secret,
        "status": "active" if hook.is_active else "inactive",
        "created": stamp(hook.created),
        **({"ownedBy": hook.owned_by} if hook.owned_by else {}),
    }


def _secret(meeting: Meeting, word: str) -> str:
    return hashlib.sha256(f"{meeting.id}{word}".encode()).hexdigest()[:8]
