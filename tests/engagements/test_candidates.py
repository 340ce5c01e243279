"""Who could take a role, with reasons. Source: S4, S30, S74"""

from datetime import timedelta

import pytest
from django.utils import translation

from engagements.actions import decline_assignment
from engagements.candidates import candidates_for
from engagements.models import Assignment
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def team():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team):
    return make.engagement(booked=team["ANALYST"])


def reasons(engagement, role="ANALYST", now=NOW):
    """{person: codes that speak against them}, in order."""
    return {each.staff: [reason.code for reason in each.ranked.why_not] for each in candidates_for(engagement, role=role, now=now)}


class TestForTheBookedRole:
    def test_each_reason_why_not(self, engagement, team):
        busy, away, mute, asleep = (make.staff_member("ANALYST", **fields) for fields in ({}, {}, {"languages": ["fr"]}, {"week": None}))
        tired, free = make.staff_member("ANALYST"), make.staff_member("ANALYST")
        make.booking(busy, EVENT_STARTS)
        make.leave(away, EVENT_STARTS - HOUR, EVENT_STARTS)
        make.booking(tired, EVENT_STARTS - 15 * HOUR, hours=6)
        found = reasons(engagement)
        assert list(found)[:2] == [team["ANALYST"], free]
        assert found == {
            team["ANALYST"]: [], free: [], busy: ["busy"], away: ["on_leave"], mute: ["no_language"], asleep: ["not_working"],
            tired: ["short_rest"],
        }  # fmt: skip

    def test_a_certificate_must_be_valid_on_the_day(self):
        """Source: S4"""
        package = make.staffed_package({"PRODUCER": 1}, booked="PRODUCER", requires_certificate=True)
        valid, expired = make.staff_member(), make.staff_member()
        make.certificate(valid)
        make.certificate(expired, valid_until=EVENT_STARTS.date() - DAY)
        engagement = make.engagement(package=package, booked=valid)
        assert reasons(engagement, "PRODUCER") == {valid: [], expired: ["no_certificate"]}

    def test_who_declined_is_not_asked_again(self, engagement, team):
        seat = Assignment.objects.get(engagement=engagement, role="ANALYST")
        decline_assignment(seat, because="Abroad", by=None, now=NOW)
        assert reasons(engagement) == {team["ANALYST"]: ["declined"]}

    def test_who_worked_for_the_customer_comes_first(self, engagement, team):
        old, new = make.staff_member("ANALYST"), make.staff_member("ANALYST")
        make.engagement(engagement.organisation, booked=new, days=make.day_briefs(EVENT_STARTS + 7 * DAY))
        assert list(reasons(engagement)) == [new, team["ANALYST"], old]

    def test_the_present_persons_own_booking_and_engagement_do_not_count(self, engagement, team):
        (present,) = candidates_for(engagement, role="ANALYST", now=NOW)
        assert present.is_present
        assert "0 other engagements" in present.why

    def test_number_of_queries_does_not_grow(self, engagement, django_assert_num_queries):
        for _ in range(12):
            make.staff_member("ANALYST")
        with django_assert_num_queries(12):
            found = candidates_for(engagement, role="ANALYST", now=NOW)
            assert all(str(each.staff) for each in found)


class TestForARoleWithoutBooking:
    def test_the_event_in_their_calendar_does_not_matter(self, engagement, team):
        other = make.staff_member("PM")
        make.booking(other, EVENT_STARTS)
        assert reasons(engagement, "PM") == {team["PM"]: [], other: []}

    def test_who_is_away_now_or_on_the_team_already_is_named_as_such(self, engagement, team):
        away, both = make.staff_member("PM"), team["COORDINATOR"]
        make.leave(away, NOW - DAY, NOW + DAY)
        both.roles = ["COORDINATOR", "PM"]
        both.save(update_fields=["roles"])
        found = reasons(engagement, "PM")
        assert (found[away], found[both]) == (["on_leave"], ["seated"])


def test_reasons_read_as_sentences_in_both_languages(engagement, team):
    mute = make.staff_member("ANALYST", languages=["fr"])
    said = {each.staff: each.why_not for each in candidates_for(engagement, role="ANALYST", now=NOW)}
    assert said[mute] == ["does not work in the language of the assist"]
    with translation.override("fr"):
        said = {each.staff: each.why_not + each.why for each in candidates_for(engagement, role="ANALYST", now=NOW)}
        assert said[mute][0] == "ne travaille pas dans la langue de l’assistance"
