"""Recordings of events that are over: one in time, one late, and one of each event still owed."""

from datetime import timedelta

from assist_portal.demo.people import Customer
from engagements.actions import add_recording, open_recording, save_agenda, set_actual_times
from engagements.brief import SessionBrief
from engagements.models import Engagement, Session

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def plan_two_sessions(engagement: Engagement, titles: tuple[str, str]) -> None:
    """Two sessions, one after the other, both to be recorded."""
    pm = engagement.assignments.get(role="PM").staff.user
    middle = engagement.starts_at + (engagement.ends_at - engagement.starts_at) / 2
    times = ((engagement.starts_at, middle - 30 * MINUTE), (middle, engagement.ends_at))
    put = [
        SessionBrief(day=1, title=title, starts_at=starts, ends_at=ends, platform=Session.Platform.MEETINGS, is_recorded=True)
        for title, (starts, ends) in zip(titles, times, strict=True)
    ]
    everything = [each.key for each in engagement.sessions.all()]
    save_agenda(engagement, put=put, remove=everything, by=pm, now=engagement.starts_at - 12 * DAY)


def post_first_recording(engagement: Engagement, customer: Customer, *, after: timedelta) -> None:
    """Enter when both sessions ended, and put the first one's recording into the agenda; the customer has opened it."""
    analyst = engagement.assignments.get(role="ANALYST").staff.user
    for session in engagement.sessions.order_by("starts_at"):
        set_actual_times(session, starts_at=session.starts_at, ends_at=session.ends_at, by=analyst, now=engagement.ends_at)
    first = engagement.sessions.order_by("starts_at")[0]
    at = first.end_at + after
    link = f"https://{customer.site.host_name}/recordingservice/{first.key}"
    recording = add_recording(first, url=link, formats=["MP4", "TRANSCRIPT"], trim_note="The first four minutes.", by=analyst, now=at)
    open_recording(recording, by=customer.orderer, now=at + 2 * HOUR)
