"""An event day as it stands in its third hour: its run of show, what was ticked, what came up, and a note for tomorrow."""

from datetime import datetime, timedelta

from customers.models import User
from engagements.actions import check_cloud_recording, save_agenda, set_actual_times
from engagements.actions.day import note_change, report_incident, resolve_incident, set_support_room, settle_change, write_note
from engagements.brief import SessionBrief
from engagements.models import Engagement, Session

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ROOM = "https://northwind.webex.example/meet/support-room"
# Day, title, speakers, begins and ends so many minutes after the day does.
AGENDA = (
    (1, "Welcome and keynote: learning that lasts", "Ada Lindqvist", 0, 60),
    (1, "Track A: courses people finish", "Ben Osei\nCarla Mendes", 75, 130),
    (1, "Track B: measuring what was learnt", "Dmitri Volkov", 75, 130),
    (1, "Track A: a studio on a small budget", "Eva Novak", 140, 220),
    (1, "Track B: captions and transcripts for everyone", "Farid Haddad", 140, 220),
    (1, "Track C: workshop, your first simulation", "Grace Okafor", 140, 220),
    (1, "Panel: the next ten years", "Ada Lindqvist\nBen Osei\nGrace Okafor", 285, 345),
    (1, "Closing of the first day", "", 450, 480),
    (2, "Keynote: teams that teach each other", "Hana Sato", 0, 60),
    (2, "Open workshops", "", 90, 240),
    (2, "Awards and closing", "Ada Lindqvist", 420, 480),
)  # fmt: skip
BEGAN_LATE = (3, -1, 2, 1, 0, 6)  # minutes by which the sessions so far began after, or before, the agenda
ENDED_LATE = (4, 2, 7)


def fill_event_day(engagement: Engagement, *, analyst: User, pm: User, now: datetime) -> None:
    """Write the agenda before the event, then everything that its team has entered since it began."""
    began = engagement.starts_at
    put = [
        SessionBrief(
            day=day, title=title, speakers=speakers, starts_at=began + (day - 1) * DAY + start * MINUTE,
            ends_at=began + (day - 1) * DAY + end * MINUTE, platform=Session.Platform.MEETINGS, is_recorded=end - start > 30,
            join_link=f"https://northwind.webex.example/meet/learning-days-{number}",
        )
        for number, (day, title, speakers, start, end) in enumerate(AGENDA, start=1)
    ]  # fmt: skip
    everything = [each.key for each in engagement.sessions.all()]
    save_agenda(engagement, put=put, remove=everything, by=pm, now=began - 12 * DAY)
    _sessions(engagement, analyst, now=now)
    _came_up(engagement, analyst, pm, began=began)


def _sessions(engagement: Engagement, by: User, *, now: datetime) -> None:
    """Ended, running and still to come."""
    sessions = list(engagement.sessions.filter(day__position=1).order_by("starts_at", "id"))
    for number, session in enumerate(sessions[: len(BEGAN_LATE)]):
        check_cloud_recording(session, on=True, by=by, now=session.starts_at - 64 * MINUTE)
        starts_at = session.starts_at + BEGAN_LATE[number] * MINUTE
        ends_at = session.ends_at + ENDED_LATE[number] * MINUTE if number < len(ENDED_LATE) else None
        set_actual_times(session, starts_at=min(starts_at, now), ends_at=ends_at, by=by, now=now)


def _came_up(engagement: Engagement, analyst: User, pm: User, *, began: datetime) -> None:
    set_support_room(engagement, url=ROOM, by=analyst, now=began - 60 * MINUTE)
    at = began + 18 * MINUTE
    report_incident(
        engagement, key="demo-sound", what="Ada’s microphone crackles: the audience asks in the chat.", severity="MAJOR", happened_at=at,
        by=analyst, now=at,
    )  # fmt: skip
    resolve_incident(engagement, key="demo-sound", resolution="Switched to the spare headset.", resolved_at=at + 4 * MINUTE, by=analyst)
    at = began + 146 * MINUTE
    report_incident(
        engagement,
        key="demo-captions",
        what="Captions lag by half a minute in track B.",
        severity="MINOR",
        happened_at=at,
        by=analyst,
        now=at,
    )
    note_change(
        engagement, key="demo-announce", kind="ANNOUNCEMENT", what="Announce that lunch is at noon, not at half past.",
        asked_by="Omar Haddad", asked_at=began + 95 * MINUTE, by=analyst,
    )  # fmt: skip
    settle_change(engagement, key="demo-announce", state="DONE", answer="", settled_at=began + 99 * MINUTE, by=analyst)
    note_change(
        engagement, key="demo-rename", kind="PLATFORM", what="Rename “Open workshops” to “Workshops by region”.", asked_by="Eva Novak",
        asked_at=began + 143 * MINUTE, by=analyst,
    )  # fmt: skip
    write_note(
        engagement, key="demo-note", written_at=began + 128 * MINUTE, by=pm,
        text="Track B’s room echoes with the door open: keep it shut. Hana rehearses tomorrow half an hour before her keynote.",
    )  # fmt: skip
