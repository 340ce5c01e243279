"""What a customer's site told becomes part of the engagement: actual times, and a mail about each recording. S93"""

from datetime import timedelta

import pytest

from engagements import tasks
from engagements.actions import set_actual_times, take_site_news
from engagements.models import Engagement, Session
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS
from webex.models import FoundRecording, WatchedMeeting

pytestmark = pytest.mark.usefixtures("everything")
HOURS_2, MINUTE = timedelta(hours=2), timedelta(minutes=1)
ENDED = EVENT_STARTS + HOURS_2 + 7 * MINUTE
NOW = ENDED + 20 * MINUTE


@pytest.fixture
def engagement() -> Engagement:
    return make.engagement(booked=make.staff_member("ANALYST"))


def seen(engagement: Engagement, **fields: object) -> WatchedMeeting:
    values = {
        "site": make.site(engagement.organisation), "reference": engagement.number, "position": 1, "meeting_number": "1",
        "host_email": "a@b.example", "starts_at": EVENT_STARTS, "ends_at": EVENT_STARTS + HOURS_2, "started_at": EVENT_STARTS - MINUTE,
        "ended_at": ENDED, "news_at": NOW, **fields,
    }  # fmt: skip
    return WatchedMeeting.objects.create(organisation=engagement.organisation, **values)


def recording(of: WatchedMeeting, name: str = "r") -> FoundRecording:
    values = {"playback_url": f"https://site.example/{name}", "topic": name, "found_at": NOW}
    return FoundRecording.objects.create(organisation_id=of.organisation_id, watched=of, recording_id=name, **values)


def test_actual_times_start_what_is_counted_from_the_end(engagement: Engagement) -> None:
    watched = seen(engagement)
    take_site_news(watched, now=NOW)
    session = engagement.sessions.get()
    assert (session.actual_starts_at, session.actual_ends_at) == (EVENT_STARTS - MINUTE, ENDED)
    watched.refresh_from_db()
    assert watched.news_at is None


def test_a_later_end_replaces_what_the_site_said_and_not_what_a_person_said(engagement: Engagement) -> None:
    """A meeting that was left and entered again ends twice."""
    watched = seen(engagement)
    take_site_news(watched, now=NOW)
    WatchedMeeting.objects.update(ended_at=ENDED + 9 * MINUTE, news_at=NOW)
    watched.refresh_from_db()
    take_site_news(watched, now=NOW)
    session = engagement.sessions.get()
    assert session.actual_ends_at == ENDED + 9 * MINUTE
    set_actual_times(session, starts_at=None, ends_at=ENDED + 11 * MINUTE, by=None, now=NOW)
    WatchedMeeting.objects.update(ended_at=ENDED + 12 * MINUTE, news_at=NOW)
    watched.refresh_from_db()
    take_site_news(watched, now=NOW)
    session.refresh_from_db()
    assert session.actual_ends_at == ENDED + 11 * MINUTE


def test_of_several_sessions_the_first_start_and_the_last_end_are_known(engagement: Engagement) -> None:
    whole = engagement.sessions.get()
    Session.objects.filter(pk=whole.pk).update(ends_at=EVENT_STARTS + timedelta(hours=1))
    last = Session.objects.create(
        organisation=engagement.organisation, engagement=engagement, day=whole.day, key="second", title="Second",
        starts_at=EVENT_STARTS + timedelta(hours=1), ends_at=EVENT_STARTS + HOURS_2,
    )  # fmt: skip
    streamed = Session.objects.create(
        organisation=engagement.organisation, engagement=engagement, day=whole.day, key="third", title="Streamed", platform="PLATFORM",
        starts_at=EVENT_STARTS + timedelta(hours=1), ends_at=EVENT_STARTS + HOURS_2, is_recorded=True,
    )  # fmt: skip
    take_site_news(seen(engagement), now=NOW)
    for each in (whole, last, streamed):
        each.refresh_from_db()
    assert (whole.actual_starts_at, whole.actual_ends_at) == (EVENT_STARTS - MINUTE, None)
    assert (last.actual_starts_at, last.actual_ends_at) == (None, ENDED)
    assert (streamed.actual_starts_at, streamed.actual_ends_at) == (None, None)


def test_who_looks_after_recordings_is_told_once_each_with_the_link(engagement: Engagement) -> None:
    """The analyst still puts it into the agenda and confirms it."""
    watched = seen(engagement)
    recording(watched)
    take_site_news(watched, now=NOW)
    recording(watched, "second")
    take_site_news(watched, now=NOW)
    mails = Message.objects.filter(key__contains="/recording/").order_by("pk")
    analyst = engagement.assignments.get(role="ANALYST").staff.user
    assert [mail.to for mail in mails] == [analyst.email] * 2
    assert "https://site.example/r" in mails[0].text and "confirm it" in mails[0].text


def test_a_start_that_is_still_to_come_stays_news(engagement: Engagement) -> None:
    watched = seen(engagement)
    take_site_news(watched, now=ENDED - 10 * MINUTE)
    watched.refresh_from_db()
    assert watched.news_at is not None


def test_nobody_s_meeting_is_only_read() -> None:
    engagement = make.engagement()
    watched = seen(engagement, reference="PR-NOBODY")
    take_site_news(watched, now=NOW)
    watched.refresh_from_db()
    assert watched.news_at is None


def test_the_task_reads_all_of_it(engagement: Engagement) -> None:
    watched = seen(engagement, started_at=EVENT_STARTS.replace(year=2026), ended_at=None)
    tasks.read_site_news.run()
    watched.refresh_from_db()
    assert watched.news_at is None
