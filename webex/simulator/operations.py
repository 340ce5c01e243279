"""The operations about meetings, each as a function of the world and the call. Their rules are Webex's, the awkward ones too."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from webex.simulator import shapes
from webex.simulator.meetings import WEEK, Meeting, Occurrence
from webex.simulator.routing import Call, Items, Refused, read_instant, route
from webex.simulator.shapes import Json
from webex.simulator.world import World

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=23, minutes=59)
ONLY_IN_LISTS = {"meetingSeriesId", "scheduledMeetingId", "hasRecording", "isModified"}


# Meetings ---------------------------------------------------------------------------------------------------------------


@route("GET", "/meetings")
def list_meetings(world: World, call: Call) -> Items:
    """With a number everything but the host is ignored; a host also sees meetings to which they are only invited."""
    now = world.clock()
    mine = [each for each in world.of_site(call.site) if _sees(each, call.one("hostEmail"))]
    if number := call.one("meetingNumber"):
        return Items([shapes.series(each) for each in mine if each.number == number])
    if series := call.one("meetingSeriesId"):
        mine = [each for each in mine if each.id == series]
    since = call.instant("from", now)
    until = call.instant("to", since + WEEK)
    kind, state = call.one("meetingType", "meetingSeries"), call.one("state")
    found = [item for at, item in _listed(world, mine, kind) if since <= at <= until or kind == "meetingSeries"]
    return Items([item for item in found if state in {"", item["state"]}])


def _listed(world: World, meetings: list[Meeting], kind: str) -> Iterator[tuple[datetime, Json]]:
    now = world.clock()
    for meeting in meetings:
        if kind == "meetingSeries":
            yield meeting.start, shapes.series(meeting)
        for each in meeting.occurrences() if kind != "meetingSeries" else ():
            if kind == "scheduledMeeting":
                yield each.start, shapes.occurrence(meeting, each, now)
            elif _shows(world, meeting, each):
                yield each.start, shapes.instance(meeting, each, _shown_at(world, meeting, each))


@route("GET", "/meetings/*")
def get_meeting(world: World, call: Call) -> Json:
    """A series, an occurrence or an instance."""
    meeting, of = _named(world, call)
    now = world.clock()
    if of is None:
        return _alone(shapes.series(meeting))
    if "_I_" in call.parts[0]:
        if not _shows(world, meeting, of):
            raise Refused(404, "not there (yet)")
        return _alone(shapes.instance(meeting, of, _shown_at(world, meeting, of)))
    return _alone(shapes.occurrence(meeting, of, now))


@route("POST", "/meetings")
def create_meeting(world: World, call: Call) -> Json:
    """Schedule one."""
    _may_write(world, call)
    start, end = _times(world, call.body, None)
    host = str(call.body.get("hostEmail") or f"host@{call.site}").lower()
    serial = world.serial()
    meeting = Meeting(
        number=f"2551{serial:07d}", site=call.site, title=str(call.body.get("title", ""))[:128], start=start, end=end, host_email=host,
        agenda=str(call.body.get("agenda") or "")[:1300], scheduled_type=str(call.body.get("scheduledType") or "meeting"),
        invitees=[str(each.get("email")) for each in call.body.get("invitees") or []], tags=list(call.body.get("integrationTags") or []),
        recurrence=str(call.body.get("recurrence") or ""), count=10 if call.body.get("recurrence") else 1,
        registrants=0 if call.body.get("registration") else None,
    )  # fmt: skip
    return _alone(shapes.series(world.add(meeting)))


@route("PATCH", "/meetings/*")
def patch_meeting(world: World, call: Call) -> Json:
    """Change times and words. Of a series this drops the dates that were moved by themselves."""
    _may_write(world, call)
    meeting, of = _named(world, call)
    first = of or meeting.occurrences()[0]
    if "_I_" in call.parts[0] or meeting.state(first, world.clock()) in {"inProgress", "ended"}:
        raise Refused(409, "a meeting that has begun cannot be changed")
    if call.body.get("sendEmail", True):
        world.mails += [meeting.host_email, *meeting.invitees]
    meeting.title = str(call.body.get("title") or meeting.title)
    if "start" in call.body or "end" in call.body:
        times = _times(world, call.body, (first.start, first.end))
        if of is None:
            meeting.start, meeting.end = times
            meeting.moved = {}
        else:
            meeting.moved[of.stamp] = times
    world.save()
    changed = meeting.occurrence(of.stamp) if of else None
    return shapes.occurrence(meeting, changed, world.clock()) if changed else shapes.series(meeting)


@route("DELETE", "/meetings/*")
def delete_meeting(world: World, call: Call) -> None:
    """Take it off the site."""
    _may_write(world, call)
    meeting, _of = _named(world, call)
    if call.one("sendEmail", "true") == "true":
        world.mails += [meeting.host_email, *meeting.invitees]
    world.meetings.remove(meeting)
    world.save()


@route("GET", "/meetingInvitees")
def list_invitees(world: World, call: Call) -> Items:
    """Who is invited."""
    return Items(shapes.invitees(_named(world, call, call.one("meetingId"))[0]))


# What took place --------------------------------------------------------------------------------------------------------


@route("GET", "/meetings/*/registrants")
def list_registrants(world: World, call: Call) -> Items:
    """Of a series with registration only; without a window, of the last seven days."""
    meeting, of = _named(world, call)
    if of is not None or meeting.registrants is None:
        raise Refused(404, "no registration")
    until = call.instant("registrationTimeTo", world.clock())
    since = call.instant("registrationTimeFrom", until - WEEK)
    if until - since > timedelta(days=90):
        raise Refused(400, "at most 90 days")
    return Items([item for item in shapes.registrants(meeting) if since <= read_instant(item["registrationTime"]) <= until])


@route("GET", "/meetingParticipants")
def list_participants(world: World, call: Call) -> Items:
    """Who joined an instance."""
    meeting, of = _took_place(world, call, call.one("meetingId"))
    return Items(shapes.participants(meeting, of, world.clock()))


@route("GET", "/meetingReports/attendees")
def attendee_report(world: World, call: Call) -> Items:
    """There a day after the end at the latest."""
    if call.one("siteUrl") != call.site:
        raise Refused(403, "not your site")
    meeting, of = _took_place(world, call, call.one("meetingId"))
    ended = meeting.run(of).ended_at
    is_there = ended is not None and ended + timedelta(hours=24) <= world.clock()
    return Items(shapes.attendees(meeting, of, world.clock()) if is_there else [], most=1000)


@route("GET", "/recordings")
def list_recordings(world: World, call: Call) -> Items:
    """The host's own."""
    until = call.instant("to", world.clock())
    since = call.instant("from", until - WEEK)
    if until - since > timedelta(days=30):
        raise Refused(400, "at most 30 days")
    found = [item for item in _recordings(world, call, of_admin=False) if since <= read_instant(item["timeRecorded"]) <= until]
    return Items(found)


@route("GET", "/admin/recordings")
def list_all_recordings(world: World, call: Call) -> Items:
    """Those of every host of the site."""
    return Items(_recordings(world, call, of_admin=True))


@route("GET", "/recordings/*")
def get_recording(world: World, call: Call) -> Json:
    """One, with download links that are good for three hours."""
    for item in _recordings(world, call, of_admin=False):
        if item["id"] == call.parts[0]:
            until = shapes.stamp(world.clock() + timedelta(hours=3))
            link = f"https://{call.site}/direct/{item['id']}?token=secret"
            return {**item, "temporaryDirectDownloadLinks": {"recordingDownloadLink": link, "expiration": until}}
    raise Refused(404, "no such recording")


def _recordings(world: World, call: Call, *, of_admin: bool) -> list[Json]:
    wanted = call.one("meetingId")
    return [
        shapes.recording(meeting, of, of_admin=of_admin)
        for meeting in world.of_site(call.site)
        for of in meeting.occurrences()
        if wanted in {"", meeting.instance_id(of), meeting.id} and _is_recorded(world, meeting, of)
    ]


def _is_recorded(world: World, meeting: Meeting, of: Occurrence) -> bool:
    recorded = meeting.run(of).recorded_at
    return recorded is not None and recorded + world.lag <= world.clock()


# Rules ------------------------------------------------------------------------------------------------------------------


def _sees(meeting: Meeting, host_email: str) -> bool:
    return host_email.lower() in {"", meeting.host_email, *meeting.invitees}


def _named(world: World, call: Call, meeting_id: str = "") -> tuple[Meeting, Occurrence | None]:
    """The series of an id, and its occurrence where the id names one."""
    wanted = meeting_id or call.parts[0]
    for meeting in world.of_site(call.site):
        if wanted == meeting.id:
            return meeting, None
        for each in meeting.occurrences():
            if wanted in {meeting.occurrence_id(each), meeting.instance_id(each)}:
                return meeting, each
    raise Refused(404, "no such meeting")


def _took_place(world: World, call: Call, meeting_id: str) -> tuple[Meeting, Occurrence]:
    meeting, of = _named(world, call, meeting_id)
    if of is None or not _shows(world, meeting, of):
        raise Refused(404, "not there (yet)")
    return meeting, of


def _shows(world: World, meeting: Meeting, of: Occurrence) -> bool:
    started = meeting.run(of).started_at
    return started is not None and started + world.lag <= world.clock()


def _shown_at(world: World, meeting: Meeting, of: Occurrence) -> datetime:
    """The instant whose state is shown: what ended shows as ended only later."""
    now, ended = world.clock(), meeting.run(of).ended_at
    if ended and ended <= now < ended + max(world.details_after, world.lag):
        return ended - timedelta(seconds=1)
    return now


def _may_write(world: World, call: Call) -> None:
    if call.site in world.read_only_sites:
        raise Refused(403, "the scope to write is missing")


def _times(world: World, body: Json, former: tuple[datetime, datetime] | None) -> tuple[datetime, datetime]:
    """Start and end, cut to the minute."""
    given = [body.get("start") or (former[0] if former else None), body.get("end") or (former[1] if former else None)]
    if None in given:
        raise Refused(400, "start and end are required")
    start, end = (read_instant(each).replace(second=0, microsecond=0) for each in given)
    if not SHORTEST <= end - start <= LONGEST or start < world.clock():
        raise Refused(400, "from 10 minutes to 23 hours 59 minutes, and not in the past")
    return start, end


def _alone(item: Json) -> Json:
    """A meeting that is answered by itself has fewer columns than in a list."""
    return {name: value for name, value in item.items() if name not in ONLY_IN_LISTS}
