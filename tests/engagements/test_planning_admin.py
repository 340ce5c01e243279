"""The project manager's screens: the timeline, who could do it, appointments, agenda, speakers, promises and papers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.actions import accept_assignment, add_recording, set_actual_times, spend_hours
from engagements.models import Appointment, Assignment, Communication, Deliverable, Speaker, Task
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK_BEFORE = EVENT_STARTS - 7 * DAY


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(make.NOW + HOUR, tick=False)


@pytest.fixture
def team():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team):
    package = make.staffed_package()
    make.cell(package, "rehearsal", minutes=120)
    make.duty(package, "EVENT_START", -20 * 24 * 60)
    make.duty(package, "EVENT_START", -10 * 24 * 60, side="CUSTOMER", title_en="Send the slides")
    make.duty(package, "AGENDA_FINAL", 5, offset_kind="CALENDAR_DAYS")
    return make.engagement(package=package, booked=team["ANALYST"])


@pytest.fixture
def pm(team):
    client = Client()
    client.force_login(team["PM"].user)
    return client


def page_of(row, name="change"):
    return reverse(f"admin:engagements_{row._meta.model_name}_{name}", args=[row.pk])


def said(answer):
    return [str(each) for each in answer.context["messages"]]


class TestEngagementPage:
    def test_the_timeline_stands_over_the_form_with_the_same_in_words(self, pm, engagement):
        make_rehearsal(pm, engagement)
        html = pm.get(page_of(engagement)).content.decode()
        assert html.index("timeline-picture") < html.index('id="engagement_form"')
        for words in ("Send the slides: open, Customer", "Rehearsal: booked", "The agenda is not final yet", 'class="mark appointment"'):
            assert words in html

    def test_the_clock_and_the_answers_are_shown(self, pm, engagement):
        seat = Assignment.objects.get(engagement=engagement, role="PM")
        accept_assignment(seat, by=seat.staff.user, now=make.NOW)
        html = pm.get(page_of(engagement)).content.decode()
        assert "Accepted (Mon 1 March 2027" in html
        assert "(in 23 hours)" in html
        assert "Suits best: 0 other engagements" in html

    def test_hours_and_recordings_are_read(self, pm, team):
        """Source: S54, S71, S91"""
        package = make.staffed_package(recording_minutes=480)
        site = make.site(host_name="learn.webex.example")
        engagement = make.engagement(of=site.organisation, package=package, booked=team["ANALYST"], services=frozenset({"polling"}))
        make.service("polling")
        spend_hours(engagement, kind="RECORDING", minutes=90, reason="Trimmed the keynote", key="1", by=None, now=make.NOW)
        session = engagement.sessions.get()
        after = EVENT_STARTS + 3 * HOUR
        set_actual_times(session, starts_at=None, ends_at=EVENT_STARTS + 2 * HOUR, by=None, now=after)
        add_recording(session, url="https://learn.webex.example/rec/1", formats=["MP4"], by=None, now=after)
        html = pm.get(page_of(engagement)).content.decode()
        for words in ("min (Work): Trimmed the keynote", "https://learn.webex.example/rec/1", "MP4 video", "polling"):
            assert words in html

    def test_number_of_queries_does_not_grow_with_duties(self, pm, engagement, django_assert_max_num_queries):
        pm.get(page_of(engagement))
        with django_assert_max_num_queries(60):
            pm.get(page_of(engagement))

    @pytest.mark.parametrize("role", ["ANALYST", "PRODUCER"])
    def test_others_find_no_such_page(self, engagement, role):
        client = Client()
        client.force_login(make.staff_member(role).user)
        assert client.get(page_of(engagement, "choose")).status_code in {302, 404}

    @pytest.mark.parametrize(("query", "found"), [("team=mine", 1), ("promises=risk", 0), ("event=week", 0)])
    def test_filters(self, pm, engagement, query, found):
        make.engagement(days=make.day_briefs(EVENT_STARTS + 14 * DAY)).assignments.all().delete()
        page = pm.get(reverse("admin:engagements_engagement_changelist") + "?" + query)
        assert page.context["cl"].result_count == found


class TestChoosing:
    def test_ranked_people_with_reasons_and_one_is_chosen(self, pm, engagement):
        other, busy = make.staff_member("ANALYST"), make.staff_member("ANALYST")
        make.booking(busy, EVENT_STARTS)
        address = page_of(engagement, "choose") + "?role=ANALYST"
        html = pm.get(address).content.decode()
        assert "on the same clock" not in html
        assert "is booked or held for something else" in html
        answer = pm.post(address, {"role": "ANALYST", "staff": other.pk}, follow=True)
        assert "has it now (Analyst)" in said(answer)[0]
        assert Assignment.objects.get(engagement=engagement, role="ANALYST", ended_at=None).staff == other

    def test_a_refusal_is_said_on_the_page(self, pm, engagement):
        busy = make.staff_member("ANALYST")
        make.booking(busy, EVENT_STARTS)
        answer = pm.post(page_of(engagement, "choose"), {"role": "ANALYST", "staff": busy.pk})
        assert "Nobody is free at that time." in answer.content.decode()

    def test_one_person_for_many(self, pm, engagement, team):
        other = make.staff_member("PM")
        second = make.engagement(booked=team["ANALYST"], days=make.day_briefs(EVENT_STARTS + DAY))
        chosen = {"action": "assign", "_selected_action": [engagement.pk, second.pk]}
        address = reverse("admin:engagements_engagement_changelist")
        assert "Assign a person" in pm.post(address, chosen).content.decode()
        pm.post(address, {**chosen, "confirmed": "1", "role": "PM", "staff": other.pk})
        assert Assignment.objects.filter(role="PM", staff=other, ended_at=None).count() == 2


def make_rehearsal(pm, engagement, **more):
    values = {"kind": "REHEARSAL", "option": 2, "choice": WEEK_BEFORE.isoformat(), **more}
    return pm.post(page_of(engagement, "book"), values, follow=True)


class TestAppointments:
    def test_a_proposed_time_is_booked(self, pm, engagement):
        assert "Tue 30 March 2027, 10:00 to 12:00, Montreal" in pm.get(page_of(engagement, "book")).content.decode()
        answer = make_rehearsal(pm, engagement)
        assert said(answer) == ["Rehearsal booked: Tue 30 March 2027, 10:00 to 12:00, Montreal (UTC-4). Everyone has an invitation."]
        assert Appointment.objects.get().starts_at == WEEK_BEFORE

    def test_ones_own_time_outside_the_days_asks_for_a_reason(self, pm, engagement):
        """Source: S81"""
        own = {"choice": "own", "date": "2027-03-24", "time": "09:00"}
        assert "Say why this one does not" in make_rehearsal(pm, engagement, **own).content.decode()
        make_rehearsal(pm, engagement, **own, reason="Speakers travel")
        assert Appointment.objects.get().reason == "Speakers travel"

    @pytest.mark.parametrize("choice", ["", "tomorrow", "2027-03-30T10:00:00"])
    def test_what_is_no_time_is_refused(self, pm, engagement, choice):
        assert "Choose one of the times." in make_rehearsal(pm, engagement, choice=choice).content.decode()

    def test_moved_checked_and_cancelled(self, pm, engagement):
        Speaker.objects.create(organisation=engagement.organisation, engagement=engagement, name="Ada", email="ada@people.example")
        make_rehearsal(pm, engagement)
        rehearsal = Appointment.objects.get()
        later = (WEEK_BEFORE + DAY).isoformat()
        pm.post(page_of(rehearsal, "move"), {"choice": later})
        line = rehearsal.checks.first()
        pm.post(page_of(rehearsal, "checks"), {f"passed_{line.pk}": "no", f"note_{line.pk}": "No sound"})
        line.refresh_from_db()
        assert (line.passed, line.note) == (False, "No sound")
        assert "0 passed, 1 failed, 2 not yet" in pm.get(page_of(rehearsal)).content.decode()
        pm.post(page_of(rehearsal, "cancel"))
        rehearsal.refresh_from_db()
        assert (rehearsal.state, rehearsal.starts_at) == ("CANCELLED", WEEK_BEFORE + DAY)
        assert pm.get(reverse("admin:engagements_appointment_changelist")).status_code == 200


class TestAgendaAndSpeakers:
    def test_sessions_are_edited_in_a_table_and_the_agenda_becomes_final_and_open_again(self, pm, engagement):
        session = engagement.sessions.get()
        rows = {
            "s0-key": session.key, "s0-day": 1, "s0-title": "Opening", "s0-starts": "10:00", "s0-ends": "11:00", "s0-platform": "MEETINGS",
            "s1-day": 1, "s1-title": "Break-out", "s1-starts": "10:30", "s1-ends": "11:30", "s1-platform": "NONE",
            "s2-day": 1, "s2-platform": "NONE",
        }  # fmt: skip
        assert said(pm.post(page_of(engagement, "agenda"), rows, follow=True))[0].startswith("The agenda is saved.")
        assert list(engagement.sessions.order_by("starts_at").values_list("title", "starts_at")) == [
            ("Opening", EVENT_STARTS), ("Break-out", EVENT_STARTS + HOUR / 2),
        ]  # fmt: skip
        pm.post(page_of(engagement, "final"))
        engagement.refresh_from_db()
        assert engagement.agenda_final_at
        assert "The agenda is final" in pm.post(page_of(engagement, "agenda"), {**rows, "s0-starts": "10:15"}).content.decode()
        pm.post(page_of(engagement, "reopen"))
        engagement.refresh_from_db()
        assert engagement.agenda_final_at is None

    def test_a_row_without_times_is_refused(self, pm, engagement):
        answer = pm.post(page_of(engagement, "agenda"), {"s0-day": 1, "s0-title": "x", "s0-platform": "NONE"})
        assert "Give each session a title, a start and an end." in answer.content.decode()

    def test_speakers_are_kept_and_sent_their_links(self, pm, engagement):
        """Source: S84"""
        session = engagement.sessions.get()
        row = {"p0-name": "Ada", "p0-email": "ada@people.example", "p0-session": session.pk, "p0-link": "https://example.com/a"}
        assert said(pm.post(page_of(engagement, "speakers"), {**row, "send": "speakers"}, follow=True)) == ["Saved. 1 link is on its way."]
        ada = Speaker.objects.get()
        assert (ada.session, ada.sent_to) == (session, "ada@people.example")
        assert Message.objects.filter(to="ada@people.example").exists()
        pm.post(page_of(engagement, "speakers"), {**row, "p0-pk": ada.pk, "p0-remove": "on"})
        assert not Speaker.objects.exists()


class TestPromises:
    def test_list_filters_and_sorting(self, pm, engagement):
        make.engagement()
        address = reverse("admin:engagements_task_changelist")
        assert pm.get(address + "?team=mine&o=5").context["cl"].result_count == 3
        assert pm.get(address + "?standing=risk").context["cl"].result_count == 0
        assert pm.get(address + "?due=week").context["cl"].result_count == 0

    def test_many_are_ticked_or_do_not_apply(self, pm, engagement, team):
        """Source: S97 to S126"""
        ours = Task.objects.get(engagement=engagement, side="PROVIDER", due_at__isnull=False)
        theirs = Task.objects.get(engagement=engagement, side="CUSTOMER")
        address = reverse("admin:engagements_task_changelist")
        answer = pm.post(address, {"action": "complete", "_selected_action": [ours.pk, theirs.pk]}, follow=True)
        assert said(answer) == ["Send the slides: This is not yours to do. Ask who owes it, or your coordinator.", "1 done."]
        chosen = {"action": "waive", "_selected_action": [theirs.pk]}
        assert "Reason" in pm.post(address, chosen).content.decode()
        pm.post(address, {**chosen, "confirmed": "1", "reason": "No slides"})
        theirs.refresh_from_db()
        assert (theirs.state, theirs.waived_because) == ("WAIVED", "No slides")

    def test_one_is_ticked_waived_and_the_rest_is_shifted(self, pm, engagement, team):
        ours = Task.objects.get(engagement=engagement, side="PROVIDER", due_at__isnull=False)
        assert ours.title in pm.get(page_of(ours, "shift")).content.decode()
        assert said(pm.post(page_of(ours, "shift"), {"days": 2}, follow=True)) == ["2 duties shifted."]
        before = ours.due_at
        ours.refresh_from_db()
        assert ours.due_at == before + 2 * DAY
        pm.post(page_of(ours, "complete_it"), {"evidence": ""})
        ours.refresh_from_db()
        assert ours.state == "DONE"
        assert "This is no longer possible." in pm.get(page_of(ours, "waive_it")).content.decode()


def test_papers(pm, engagement):
    """Source: S80"""
    pm.post(page_of(engagement, "deliverable"), {"title": "Run of show", "due_on": "2027-04-01"})
    paper = Deliverable.objects.get()
    pm.post(page_of(paper, "deliver"), {"link": "https://example.com/run"})
    paper.refresh_from_db()
    assert paper.delivered_at
    talk = {"date": "2027-03-01", "time": "09:30", "channel": "CALL", "with_whom": "Dana", "summary": "Agreed."}
    pm.post(page_of(engagement, "communication"), talk)
    assert Communication.objects.get().with_whom == "Dana"
