"""My day and the event day's page: who sees what, what the buttons do with scripts and without, and what a look costs."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.test import Client

from engagements.actions import cancel_engagement
from engagements.actions.staffing import unseat
from engagements.cockpit import version_of
from engagements.models import HandoverNote, Incident, MinorChange, Session, Task, Tick
from tests import make
from tests.make import EVENT_STARTS

pytestmark = pytest.mark.usefixtures("everything")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = EVENT_STARTS + HOUR
JSON = {"Accept": "application/json"}
ROOM = "https://northwind.webex.example/meet/support"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def analyst():
    make.staff_member("COORDINATOR")
    make.staff_member("PM")
    return make.staff_member("ANALYST")


@pytest.fixture
def engagement(analyst):
    package = make.staffed_package()
    for minutes in (-30, 0, 120):
        make.duty(package, anchor="DAY_START", offset=minutes, phase="EVENT_DAY", role="ANALYST", ladder="EVENT_DAY")
    make.duty(package, anchor="DAY_END", phase="EVENT_DAY", side="CUSTOMER")
    make.duty(package, anchor="SESSION_END", offset=2880, phase="AFTER", role="ANALYST", evidence="LINK", ladder="RECORDING")
    return make.engagement(package=package, booked=analyst, services=frozenset({"support-room"}))


@pytest.fixture
def page(engagement):
    return f"/my-day/engagements/{engagement.number}/"


@pytest.fixture
def phone(client, analyst, clock):
    client.force_login(analyst.user)
    return client


def ticking(engagement, position=0):
    task = engagement.tasks.filter(phase="EVENT_DAY", side="PROVIDER").order_by("due_at", "id")[position]
    return task, {"task": task.key, "done": "1", "key": f"key-{position}", "seen": "2027-04-06T14:00Z"}


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class TestLooking:
    def test_my_day_names_what_is_on(self, phone, engagement):
        said = words_of(phone.get("/my-day/"))
        for words in (
            "Now",
            "Spring summit",
            "Live",
            "4 to do",
            "Tue 6 April 2027, 10:00 to 12:00, Montreal (UTC-4)",
        ):
            assert words in said

    def test_somebody_elses_days_are_not_mine(self, client, engagement, clock):
        client.force_login(make.staff_member("ANALYST").user)
        assert "No event day ahead" in words_of(client.get("/my-day/?everyones"))
        client.force_login(make.staff_member("PM").user)
        assert "Spring summit" not in words_of(client.get("/my-day/"))
        assert "Spring summit" in words_of(client.get("/my-day/?everyones"))

    def test_the_page_shows_everything(self, phone, page):
        said = words_of(phone.get(page))
        for words in ("The event ends", "0 of 3 done", "Run of show", "What came up", "Support room", "Hand-over", "Dana Field", "missed"):
            assert words in said, words

    @pytest.mark.parametrize(
        ("at", "words"),
        [(-45, "On duty"), (-20, "The event begins"), (60, "The event ends"), (130, "Your window ends"), (151, "Your window ended")],
    )
    def test_the_clock(self, phone, page, clock, at, words):
        """S85: T-30 and the end of the window"""
        clock.move_to(EVENT_STARTS + at * MINUTE)
        assert words in words_of(phone.get(page))

    def test_who_has_left_looks_on(self, phone, page, engagement):
        unseat(engagement.assignments.filter(role="ANALYST"), because="REPLACED", now=NOW)
        said = phone.get(page).content.decode()
        assert "You look on" in said and 'name="done"' not in said

    def test_nobody_else_finds_it(self, client, page, engagement, clock):
        for person in (make.staff_member("ANALYST").user, make.staff_member("PRODUCER").user, make.member(engagement.organisation)):
            client.force_login(person)
            assert {client.get(page).status_code, client.get(page + "live/").status_code, client.post(page + "tick/").status_code} == {404}
        assert Client().get(page).url.startswith("/accounts/login/")

    @pytest.mark.parametrize("role", ["PM", "COORDINATOR", "ADMINISTRATOR"])
    def test_who_plans_finds_all(self, client, page, role, clock):
        client.force_login(make.staff_member(role).user)
        assert client.get(page).status_code == 200

    def test_the_french_page_is_french(self, phone, page, analyst):
        type(analyst.user).objects.filter(pk=analyst.user.pk).update(language="fr")
        said = words_of(phone.get(page))
        assert "Liste de vérification" in said and "Checklist" not in said

    def test_a_day_that_is_not_there_is_the_day_that_matters(self, phone, page):
        assert phone.get(page + "?day=9").status_code == phone.get(page + "?day=x").status_code == 200


class TestLive:
    def test_while_nothing_changes_nothing_is_sent(self, phone, page, engagement):
        seen = version_of(engagement, now=NOW)
        answer = phone.get(page + "live/", {"seen": seen})
        assert (answer.status_code, answer.content) == (204, b"")

    def test_a_change_is_seen(self, phone, page, engagement):
        seen = version_of(engagement, now=NOW)
        phone.post(page + "tick/", ticking(engagement)[1])
        answer = phone.get(page + "live/", {"seen": seen})
        assert "1 of 3 done" in words_of(answer)
        assert answer.content.decode().count('hx-swap-oob="true"') == 7

    @pytest.mark.parametrize(
        "change",
        [
            lambda engagement: engagement.tasks.update(short_notice=True),
            lambda engagement: engagement.sessions.update(title="Another"),
            lambda engagement: engagement.days.update(support_room_url=ROOM),
            lambda engagement: engagement.assignments.update(reason="CHOSEN"),
            lambda engagement: type(engagement).objects.filter(pk=engagement.pk).update(title="Another"),
        ],
    )
    def test_whatever_changes_changes_the_version(self, engagement, change):
        before = version_of(engagement, now=NOW)
        change(engagement)
        assert version_of(engagement, now=NOW) != before
        assert version_of(engagement, now=NOW + MINUTE) != version_of(engagement, now=NOW)

    def test_another_engagement_does_not(self, engagement):
        before = version_of(engagement, now=NOW)
        make.engagement(booked=make.staff_member("ANALYST"))
        assert version_of(engagement, now=NOW) == before


class TestButtons:
    def test_a_tick_without_scripts_leads_back_to_the_list(self, phone, page, engagement, analyst):
        task, sent = ticking(engagement)
        assert phone.post(page + "tick/?day=1", sent).url == page + "?day=1#checklist"
        task.refresh_from_db()
        assert (task.state, task.done_by, task.done_at) == ("DONE", analyst.user, NOW)
        assert "Undo" in words_of(phone.get(page))

    def test_it_can_be_taken_back_within_a_minute(self, phone, page, engagement, clock):
        task, sent = ticking(engagement)
        phone.post(page + "tick/", sent)
        clock.shift(61)
        assert "Undo" not in words_of(phone.get(page))
        answer = phone.post(page + "tick/", {**sent, "key": "back", "done": "0"}, headers=JSON)
        assert answer.status_code == 409 and "within a minute" in answer.json()["said"]

    def test_a_tick_made_offline_keeps_its_time(self, phone, page, engagement):
        task, sent = ticking(engagement)
        for _ in range(3):
            assert phone.post(page + "tick/", {**sent, "ago": "1200.5"}, headers=JSON).json() == {"said": ""}
        task.refresh_from_db()
        assert task.done_at == NOW - timedelta(seconds=1200.5)
        assert Tick.objects.count() == 1

    @pytest.mark.parametrize(
        ("ago", "status"), [("-300", 200), ("", 200), ("604801", 409), ("1e12", 422), ("nan", 422), ("soon", 422), ("604799", 422)]
    )
    def test_absurd_times(self, phone, page, engagement, ago, status, clock):
        """Ahead of us is now; more than a week ago, or before the order was confirmed, is refused."""
        type(engagement).objects.filter(pk=engagement.pk).update(opened_at=NOW - 2 * HOUR)
        task, sent = ticking(engagement)
        assert phone.post(page + "tick/", {**sent, "ago": ago}, headers=JSON).status_code == status
        task.refresh_from_db()
        assert task.done_at == (NOW if status == 200 else None)

    @pytest.mark.parametrize(
        "bad", [{"key": ""}, {"key": "no spaces"}, {"done": "2"}, {"task": ""}, {"seen": "then"}, {"seen": "2027-04-06T14:00"}]
    )
    def test_nonsense_is_refused(self, phone, page, engagement, bad):
        _task, sent = ticking(engagement)
        assert phone.post(page + "tick/", {**sent, **bad}, headers=JSON).status_code == 422
        assert not Tick.objects.exists()

    def test_evidence_is_asked_for(self, phone, page, engagement):
        task = engagement.tasks.get(template__evidence="LINK")
        sent = {"task": task.key, "done": "1", "key": "e"}
        for evidence in ("", "not a link"):
            assert phone.post(page + "tick/", {**sent, "evidence": evidence}, headers=JSON).status_code == 422
        assert phone.post(page + "tick/", {**sent, "evidence": ROOM}, headers=JSON).status_code == 200
        task.refresh_from_db()
        assert task.evidence == ROOM

    def test_closed_or_moved_meanwhile_is_said(self, phone, page, engagement):
        _task, sent = ticking(engagement)
        moved = phone.post(page + "tick/", {**sent, "seen": "2027-04-05T14:00Z"}, headers=JSON)
        assert moved.status_code == 409 and "has moved meanwhile, to Tue 6 April 2027, 10:00" in moved.json()["said"]
        cancel_engagement(engagement, by=None, now=NOW)
        assert "closed or cancelled" in phone.post(page + "tick/", sent, headers=JSON).json()["said"]
        phone.post(page + "tick/", sent)
        assert "closed or cancelled" in words_of(phone.get(page))

    def test_a_session_is_begun_and_ended(self, phone, page, engagement, clock):
        session = engagement.sessions.get()
        sent = {"session": session.key, "key": "s"}
        phone.post(page + "session/", {**sent, "what": "begun", "ago": "600"})
        clock.shift(600)
        assert phone.post(page + "session/", {**sent, "what": "ended"}).url.endswith("#sessions")
        assert Session.objects.values_list("actual_starts_at", "actual_ends_at").get() == (NOW - 10 * MINUTE, NOW + 10 * MINUTE)

    def test_cloud_recording_is_looked_at(self, phone, page, engagement):
        """S92"""
        sent = {"session": engagement.sessions.get().key, "key": "s"}
        phone.post(page + "session/", {**sent, "what": "recording-off"})
        assert "Off in the cloud" in words_of(phone.get(page))
        phone.post(page + "session/", {**sent, "what": "recording-on"})
        assert Session.objects.values_list("cloud_recording_on", "cloud_recording_checked_at").get() == (True, NOW)

    def test_a_recording_is_put_into_the_agenda(self, phone, page, engagement, clock):
        """S71, S93: on the customer's own site, after the session has ended"""
        make.site(engagement.organisation, host_name="northwind.webex.example")
        session = engagement.sessions.get()
        sent = {"session": session.key, "key": "r", "url": ROOM, "formats": ["MP4", "STREAM"], "trim_note": "Two minutes of silence"}
        assert phone.post(page + "recording/", sent, headers=JSON).status_code == 422
        phone.post(page + "session/", {"session": session.key, "key": "s", "what": "ended", "ago": "60"})
        foreign = phone.post(page + "recording/", {**sent, "url": "https://video.example/1"}, headers=JSON)
        assert foreign.status_code == 422 and "video.example" in foreign.json()["said"]
        for _ in range(2):
            assert phone.post(page + "recording/", sent, headers=JSON).status_code == 200
        said = words_of(phone.get(page))
        assert "Playback in the browser, MP4 video. Two minutes of silence" in said
        assert session.recordings.count() == 1

    def test_a_hundred_ticks_of_two_phones_arrive_once_each(self, engagement, page, analyst, clock):
        """Made within an hour off the network, sent in two halves that overlap, each phone again and again"""
        duties = [make.duty(engagement.package, anchor="DAY_START", phase="EVENT_DAY", role="ANALYST") for _ in range(100)]
        tasks = Task.objects.bulk_create(
            Task(
                organisation=engagement.organisation, engagement=engagement, template=duty, day=engagement.days.get(), key=f"duty-{number}",
                side="PROVIDER", role="ANALYST", phase="EVENT_DAY",
            )
            for number, duty in enumerate(duties)
        )  # fmt: skip
        clock.move_to(NOW + HOUR)
        made = {task.key: 3600 - 36 * number for number, task in enumerate(tasks)}
        for phone_name, half in (("a", tasks[:50]), ("b", tasks[50:])):
            phone = Client()
            phone.force_login(analyst.user)
            for task in [*half, *half[::7]]:
                sent = {"task": task.key, "done": "1", "key": f"{phone_name}-{task.key}", "ago": str(made[task.key])}
                assert phone.post(page + "tick/", sent, headers=JSON).json() == {"said": ""}
        assert Tick.objects.filter(outcome="APPLIED").count() == Tick.objects.count() == 100
        done = dict(Task.objects.filter(pk__in=[each.pk for each in tasks], state="DONE").values_list("key", "done_at"))
        assert done == {key: NOW + HOUR - timedelta(seconds=ago) for key, ago in made.items()}

    def test_an_incident_from_report_to_repair(self, phone, page):
        for _ in range(2):
            phone.post(page + "incident/", {"key": "i", "what": "No sound in room 2", "severity": "MAJOR"})
        said = phone.get(page).content.decode()
        assert "No sound in room 2" in said and "Serious" in said
        phone.post(page + "resolve/", {"key": "i", "resolution": "New headset"})
        assert Incident.objects.get().resolution == "New headset"
        assert "Put right" in words_of(phone.get(page))

    def test_a_minor_change_and_a_major_one(self, phone, page):
        """S89, S119"""
        for key in ("a", "b"):
            phone.post(page + "change/", {"key": key, "what": "Rename room 2", "kind": "PLATFORM", "asked_by": "Ada"})
        phone.post(page + "settle/", {"key": "a", "state": "DONE"})
        phone.post(page + "settle/", {"key": "b", "state": "MAJOR", "answer": "New speaker"})
        assert sorted(MinorChange.objects.values_list("state", flat=True)) == ["DONE", "MAJOR"]
        assert phone.post(page + "settle/", {"key": "b", "state": "DONE"}, headers=JSON).status_code == 409

    def test_a_note_is_read_by_the_next(self, phone, page, engagement, client):
        phone.post(page + "note/", {"key": "n", "text": "Room 2 echoes"})
        assert "I have read it" not in words_of(phone.get(page))
        client.force_login(engagement.assignments.get(role="PM").staff.user)
        assert "I have read it" in words_of(client.get(page))
        client.post(page + "read/", {"key": "n"})
        assert HandoverNote.objects.get().read_at == NOW

    def test_the_support_room(self, phone, page):
        """S87"""
        assert phone.post(page + "room/", {"key": "r", "url": "not a link"}, headers=JSON).status_code == 422
        phone.post(page + "room/", {"key": "r", "url": ROOM})
        assert f'href="{ROOM}"' in phone.get(page).content.decode()

    def test_a_get_does_nothing(self, phone, page):
        assert phone.get(page + "tick/").status_code == 405


class TestTheApp:
    def test_the_manifest_names_what_is_there(self, client):
        answer = client.get("/my-day/manifest.webmanifest")
        assert answer["Content-Type"] == "application/manifest+json"
        assert (answer.json()["start_url"], answer.json()["scope"], len(answer.json()["icons"])) == ("/my-day/", "/my-day/", 3)
        for icon in answer.json()["icons"]:
            assert finders.find(icon["src"].removeprefix("/static/"))

    def test_the_worker_looks_after_its_folder(self, client):
        answer = client.get("/my-day/worker.js")
        assert answer["Content-Type"].startswith("text/javascript")
        assert "/static/portal.css" in answer.content.decode()


class TestCost:
    """However many rows there are."""

    def test_queries(self, phone, page, engagement, django_assert_num_queries):
        for number in range(3):
            phone.post(page + "incident/", {"key": f"i{number}", "what": "No sound", "severity": "MINOR"})
            phone.post(page + "note/", {"key": f"n{number}", "text": "Note"})
            make.engagement(booked=make.staff_member("ANALYST"))
        seen = version_of(engagement, now=NOW)
        phone.get(page)
        with django_assert_num_queries(23):
            phone.get(page)
        with django_assert_num_queries(12):
            assert phone.get(page + "live/", {"seen": seen}).status_code == 204
        with django_assert_num_queries(13):
            phone.get("/my-day/")
