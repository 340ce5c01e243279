"""Entering hours where people work: on the event day's page, and at the planners' desk. Source: S54, S59, S91"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from catalog.actions import load_catalogue
from catalog.models import Package
from engagements.models import Engagement, HoursEntry
from engagements.queries import hours_of
from tests import make
from tests.make import EVENT_STARTS

pytestmark = pytest.mark.usefixtures("everything")

NOW = EVENT_STARTS + timedelta(hours=1)
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team) -> Engagement:
    return make.engagement(package=make.staffed_package(recording_minutes=480), booked=team["ANALYST"])


def signed_in(staff) -> Client:
    client = Client()
    client.force_login(staff.user)
    return client


def worked(client: Client, engagement: Engagement, **values: object):
    said = {"key": "press-1", "part": "RECORDING:", "minutes": "90", "reason": "Trimmed the keynote", **values}
    return client.post(f"/my-day/engagements/{engagement.number}/worked/", said, headers=JSON)


def deed(client: Client, engagement: Engagement, name: str, **values: object):
    return client.post(f"/admin/engagements/engagement/{engagement.pk}/{name}/", {"key": "press-1", **values}, follow=True)


def balance(engagement: Engagement) -> tuple[int, int]:
    (hours,) = hours_of(engagement)
    return hours.used, hours.allowed


class TestOnTheDay:
    def test_the_analyst_enters_what_was_worked_and_pressing_twice_counts_once(self, team, engagement):
        phone = signed_in(team["ANALYST"])
        assert [worked(phone, engagement).status_code for _press in range(2)] == [200, 200]
        assert balance(engagement) == (90, 480)
        assert HoursEntry.objects.get().entered_by == team["ANALYST"].user
        page = phone.get(f"/my-day/engagements/{engagement.number}/").content.decode().replace("\u00a0", " ")
        assert "1 h 30 min of 8 h used (18%)" in page

    def test_more_than_is_left_is_refused_in_words(self, team, engagement):
        answer = worked(signed_in(team["ANALYST"]), engagement, minutes="481")
        assert (answer.status_code, balance(engagement)) == (409, (0, 480))
        assert "Only 480 minutes are left" in answer.json()["said"]

    def test_somebody_else_cannot_enter_hours(self, engagement):
        assert worked(signed_in(make.staff_member("ANALYST")), engagement).status_code == 404
        assert balance(engagement) == (0, 480)

    @pytest.mark.parametrize(
        "wrong", [{"part": "PRODUCTION:"}, {"part": "nonsense"}, {"minutes": "0"}, {"minutes": "many"}, {"reason": ""}]
    )
    def test_nonsense_is_refused(self, team, engagement, wrong):
        assert worked(signed_in(team["ANALYST"]), engagement, **wrong).status_code in {409, 422}
        assert balance(engagement) == (0, 480)

    def test_a_package_without_hours_says_nothing_of_them(self, team):
        engagement = make.engagement(booked=team["ANALYST"])
        page = signed_in(team["ANALYST"]).get(f"/my-day/engagements/{engagement.number}/").content.decode()
        assert "new-hours" not in page


class TestAtTheDesk:
    def test_the_plan_of_the_package_is_what_hours_go_to(self, team):
        """Source: S54"""
        load_catalogue()
        engagement = make.engagement(package=Package.objects.get(code="ec-premium"), booked=make.staff_member("PRODUCER"))
        desk = signed_in(team["COORDINATOR"])
        assert "Production: Dry run" in desk.get(f"/admin/engagements/engagement/{engagement.pk}/hours/").content.decode()
        deed(desk, engagement, "hours", part="PRODUCTION:dry-run", minutes="60", reason="First run")
        (hours,) = hours_of(engagement)
        assert {each.code: each.used for each in hours.plan if each.used} == {"dry-run": 60}

    def test_more_hours_are_agreed_by_the_pm_and_can_then_be_worked(self, team, engagement):
        pm = signed_in(team["PM"])
        deed(pm, engagement, "add-on", kind="RECORDING", minutes="60", reason="A second cut, as agreed")
        deed(pm, engagement, "hours", key="press-2", part="RECORDING:", minutes="500", reason="Both cuts")
        assert balance(engagement) == (500, 540)

    @pytest.mark.parametrize("minutes", ["0", "-60", "60001", "1" + "0" * 12])
    def test_nonsense_is_not_agreed_to(self, team, engagement, minutes):
        answer = deed(signed_in(team["PM"]), engagement, "add-on", kind="RECORDING", minutes=minutes, reason="A slip")
        assert (answer.status_code, balance(engagement)) == (200, (0, 480))

    def test_a_refusal_keeps_what_was_typed(self, team, engagement):
        answer = deed(signed_in(team["PM"]), engagement, "hours", part="RECORDING:", minutes="481", reason="Too long")
        assert "Only 480 minutes are left" in answer.content.decode()
        assert "Too long" in answer.content.decode()

    def test_a_package_without_hours_has_no_such_button(self, team):
        engagement = make.engagement(booked=team["ANALYST"])
        page = signed_in(team["PM"]).get(f"/admin/engagements/engagement/{engagement.pk}/change/").content.decode()
        assert f"/{engagement.pk}/add-on" not in page
        answer = deed(signed_in(team["PM"]), engagement, "add-on", kind="RECORDING", minutes="60", reason="None")
        assert not HoursEntry.objects.exists(), answer
