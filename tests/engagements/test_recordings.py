"""Recordings: within 48 hours, hosted with the customer, opened by who may."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from catalog.models import Package
from engagements.actions import (
    BadGrant,
    EngagementClosed,
    ForeignHost,
    FormatsMissing,
    NotALink,
    NotEndedYet,
    NotYours,
    RecordingExpired,
    SessionBrief,
    SessionInUse,
    add_recording,
    cancel_engagement,
    check_cloud_recording,
    grant_repository,
    open_recording,
    save_agenda,
    send_warnings,
    set_actual_times,
    withdraw_repository,
)
from engagements.models import Recording, RecordingDownload
from outbox.models import Event
from tests import make
from tests.catalog.conftest import catalogue, loaded_once
from tests.make import EVENT_STARTS, NOW

__all__ = ["catalogue", "loaded_once"]  # fixtures
pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ENDED = EVENT_STARTS + 2 * HOUR
LINK = "https://acme.webex.example/recording/1"


@pytest.fixture
def people():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "PRODUCER", "COORDINATOR")}


@pytest.fixture
def organisation():
    organisation = make.organisation()
    make.site(organisation, host_name="acme.webex.example")
    make.site(organisation, host_name="closed.webex.example", is_active=False)
    return organisation


@pytest.fixture
def opened(catalogue, people, organisation):
    def opening(package="event-staff", condition="MEETINGS", booked="ANALYST"):
        return make.engagement(
            organisation, Package.objects.get(code=package), people[booked], conditions=frozenset({condition} if condition else set())
        )

    return opening


def add(engagement, url=LINK, **fields):
    return add_recording(engagement.sessions.get(), url=url, **{"formats": ["MP4"], "by": None, "now": ENDED + HOUR, **fields})


def done(engagement):
    return set(engagement.tasks.filter(state="DONE").values_list("template__code", flat=True))


class TestAdding:
    @pytest.mark.parametrize(
        ("package", "condition", "booked", "kept"),
        [
            ("event-staff", "MEETINGS", "ANALYST", {"recording-upload"}),
            ("event-staff", "PLATFORM_STREAMING", "ANALYST", {"recording-download"}),
            ("ec-premium", "", "PRODUCER", {"recording-links", "recording-formats"}),
        ],
    )
    def test_it_keeps_the_48_hour_promise_with_the_link_as_proof(self, opened, people, package, condition, booked, kept):
        """Source: S71, S93, S95"""
        engagement = opened(package, condition, booked)
        recording = add(engagement, by=people[booked].user, formats=["MP3", "MP4"], trim_note="Waiting room")
        assert done(engagement) == kept
        task = engagement.tasks.filter(state="DONE").first()
        assert (task.evidence, task.done_by, task.done_at) == (LINK, people[booked].user, ENDED + HOUR)
        assert (recording.place, recording.formats) == ("SITE", ["MP4", "MP3"])
        assert Event.objects.filter(kind="recording.available").get().payload["formats"] == ["MP4", "MP3"]

    def test_after_48_hours_the_miss_stays(self, opened):
        engagement = opened()
        send_warnings(now=ENDED + 48 * HOUR)
        add(engagement, now=ENDED + 49 * HOUR)
        task = engagement.tasks.get(template__code="recording-upload")
        assert (task.state, task.broken_at) == ("DONE", ENDED + 48 * HOUR)

    def test_the_same_link_twice_is_one_recording(self, opened):
        engagement = opened()
        assert add(engagement) == add(engagement, now=ENDED + 2 * HOUR)
        add(engagement, LINK + "/audio", formats=["MP3"])
        assert Recording.objects.count() == 2

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/1",
            "https://acme.webex.example.elsewhere.example/1",
            "https://xacme.webex.example/1",
            "https://closed.webex.example/1",
            "https://acme.webex.example@elsewhere.example/1",
        ],
    )
    def test_a_foreign_host_is_refused(self, opened, url):
        engagement = opened()
        with pytest.raises((ForeignHost, NotALink)):
            add(engagement, url)
        assert done(engagement) == set()

    def test_a_host_below_the_site_is_the_customer_s(self, opened):
        assert add(opened(), "https://media.ACME.webex.example/1").place == "SITE"

    def test_refusals(self, opened, organisation):
        engagement = opened()
        for url, formats, now, by, refusal in [
            ("recording 1", ["MP4"], ENDED, None, NotALink),
            (LINK, [], ENDED, None, FormatsMissing),
            (LINK, ["BETAMAX"], ENDED, None, FormatsMissing),
            (LINK, ["MP4"], ENDED - MINUTE, None, NotEndedYet),
            (LINK, ["MP4"], ENDED, make.member(organisation), NotYours),
            (LINK, ["MP4"], ENDED, make.staff_member("ANALYST").user, NotYours),
        ]:
            with pytest.raises(refusal):
                add(engagement, url, formats=formats, now=now, by=by)
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementClosed):
            add(engagement)

    def test_a_session_that_ended_early_can_have_one_early(self, opened):
        engagement = opened()
        set_actual_times(engagement.sessions.get(), starts_at=EVENT_STARTS, ends_at=ENDED - HOUR, by=None, now=ENDED - HOUR)
        assert add(engagement, now=ENDED - 30 * MINUTE)

    def test_a_session_with_a_recording_stays_in_the_agenda(self, opened):
        engagement = opened("event-staff", "THIRD_PARTY")
        add(engagement)
        session = engagement.sessions.get()
        other = SessionBrief(1, "Other", EVENT_STARTS, ENDED)
        with pytest.raises(SessionInUse):
            save_agenda(engagement, put=[other], remove=[session.key], by=None, now=ENDED)


class TestCloudRecording:
    def test_a_look_is_kept_and_keeps_the_promise_when_it_is_on(self, opened, people):
        """Source: S92, S94: looked at 60 minutes before"""
        engagement = opened()
        task = engagement.tasks.get(template__code="cloud-recording-requested")
        assert task.due_at == EVENT_STARTS - HOUR
        session = check_cloud_recording(task.session, on=False, by=people["ANALYST"].user, now=EVENT_STARTS - 2 * HOUR)
        assert (session.cloud_recording_on, done(engagement)) == (False, set())
        check_cloud_recording(session, on=True, by=people["ANALYST"].user, now=EVENT_STARTS - 70 * MINUTE)
        assert done(engagement) == {"cloud-recording-requested"}

    def test_not_looked_at_is_missed(self, opened):
        engagement = opened()
        send_warnings(now=EVENT_STARTS - HOUR)
        assert engagement.tasks.get(template__code="cloud-recording-requested").broken_at == EVENT_STARTS - HOUR


class TestRepository:
    """Source: S96"""

    def grant(self, engagement, url="https://files.acme.example/box", **fields):
        values = {"valid_from": NOW, "valid_until": ENDED + 10 * DAY, "by": None, "now": NOW, **fields}
        return grant_repository(engagement, url=url, **values)

    def test_owed_and_allowed_only_once_access_is_granted(self, opened, organisation):
        engagement = opened("event-staff", "PLATFORM_STREAMING")
        assert not engagement.tasks.filter(template__code="repository-upload").exists()
        with pytest.raises(ForeignHost):
            add(engagement, "https://files.acme.example/box/1")
        self.grant(engagement, by=make.member(organisation))
        assert add(engagement, "https://files.acme.example/box/1").place == "REPOSITORY"
        assert done(engagement) == {"recording-download", "repository-upload"}

    def test_owed_no_more_once_access_is_taken_back(self, opened, organisation):
        engagement = opened("event-staff", "PLATFORM_STREAMING")
        grant, other = self.grant(engagement), self.grant(engagement, url="https://box.acme.example/")
        owed = engagement.tasks.filter(template__code="repository-upload")
        withdraw_repository(grant, by=make.member(organisation), now=NOW + HOUR)
        assert owed.exists()  # the other is still open to us
        with pytest.raises(NotYours):
            withdraw_repository(other, by=make.member(), now=NOW + HOUR)
        withdraw_repository(other, by=None, now=NOW + HOUR)
        assert not owed.exists()
        with pytest.raises(ForeignHost):
            add(engagement, "https://files.acme.example/box/1")

    def test_only_while_it_lasts(self, opened):
        engagement = opened("event-staff", "PLATFORM_STREAMING")
        self.grant(engagement, valid_until=ENDED + HOUR)
        with pytest.raises(ForeignHost):
            add(engagement, "https://files.acme.example/box/1", now=ENDED + HOUR)

    def test_refusals(self, opened, organisation, people):
        engagement = opened()
        for fields, refusal in [
            ({"url": "our share"}, NotALink),
            ({"valid_until": NOW}, BadGrant),
            ({"by": people["ANALYST"].user}, NotYours),
            ({"by": make.member()}, NotYours),
        ]:
            with pytest.raises(refusal):
                self.grant(engagement, **fields)


class TestOpening:
    def test_who_opened_it_is_kept_until_it_is_not_offered_any_more(self, opened, organisation):
        """Source: S95"""
        recording, member = add(opened()), make.member(organisation)
        assert open_recording(recording, by=member, now=ENDED + DAY) == LINK
        assert list(RecordingDownload.objects.values_list("opened_by", "opened_at")) == [(member.pk, ENDED + DAY)]
        with pytest.raises(RecordingExpired):
            open_recording(recording, by=member, now=recording.expires_at)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [("recording_is_offered_for_a_while", {"expires_at": NOW}), ("recording_has_a_format", {"formats": []})],
)
def test_constraints_by_name(opened, constraint, values):
    add(opened())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Recording.objects.update(**values)


def test_a_recording_stays_with_its_session_and_a_log_line_as_it_was(opened):
    recording = add(opened())
    open_recording(recording, by=None, now=ENDED + HOUR)
    for rows, values in ((Recording.objects.all(), {"url": "https://x.example/"}), (RecordingDownload.objects.all(), {"opened_at": NOW})):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**values)


def test_history_keeps_no_links():
    kept = {field.name for field in Recording.events.rel.related_model._meta.fields}
    assert not kept & {"url", "trim_note"}
    assert Recording.events.rel.related_model.objects.count() == 0
