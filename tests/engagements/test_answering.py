"""Yes or no to an assignment, and who is asked next."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from customers.tenancy import EVERYTHING, scope
from engagements.actions import accept_assignment, ask_next, cancel_engagement, decline_assignment, move_engagement, sync_states
from engagements.actions.answering import AssignmentAnswered, DeclineReasonMissing
from engagements.actions.staffing import answer_due
from engagements.models import Assignment, Engagement
from outbox.models import Message
from scheduling.models import Booking
from tests import make
from tests.make import EVENT_STARTS, NOW

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SOON = NOW + MINUTE


@pytest.fixture
def team(everything):
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(team):
    return make.engagement(booked=team["ANALYST"])


def seat(engagement, role="ANALYST"):
    return Assignment.objects.get(engagement=engagement, role=role, ended_at=None)


def link_to(staff):
    """The path of the newest answer link in the person's mail."""
    text = Message.objects.filter(to=staff.user.email).order_by("-pk").values_list("text", flat=True)[0]
    return re.search(r"https?://[^/]+(/answer/[\w-]+/)", text).group(1)


class TestAsking:
    def test_everyone_but_the_coordinator_is_asked_with_a_due_time(self, engagement):
        asked = {each.role: each.answer for each in Assignment.objects.filter(engagement=engagement)}
        assert asked == {"PM": "ASKED", "ANALYST": "ASKED", "COORDINATOR": ""}
        assert seat(engagement).answer_due_at == NOW + DAY

    def test_only_the_hash_of_the_secret_is_kept(self, engagement, team):
        token = link_to(team["ANALYST"]).split("/")[2]
        assert len(token) >= 43  # 256 bits
        assert token not in str(list(Assignment.objects.values()))
        assert Message.objects.get(to=team["ANALYST"].user.email).secret

    def test_due_skips_weekends_and_leaves_half_of_a_short_time(self):
        friday = NOW + 4 * DAY
        assert answer_due(friday, friday + 30 * DAY, "UTC") == friday + 3 * DAY
        assert answer_due(NOW, NOW + 4 * HOUR, "UTC") == NOW + 2 * HOUR

    def test_nobody_is_asked_about_what_has_begun(self, team):
        engagement = make.engagement(booked=team["ANALYST"], days=make.day_briefs(NOW + 10 * MINUTE))
        assert seat(engagement).answer == ""


class TestAnswers:
    def test_yes(self, engagement):
        accept_assignment(seat(engagement), by=None, now=SOON)
        assert (seat(engagement).answer, seat(engagement).answered_at) == ("ACCEPTED", SOON)
        make.staff_member("ANALYST")
        ask_next(now=NOW + 3 * DAY)
        assert seat(engagement).answer == "ACCEPTED"

    def test_no_needs_a_reason(self, engagement):
        with pytest.raises(DeclineReasonMissing):
            decline_assignment(seat(engagement), because="  ", by=None, now=SOON)

    @pytest.mark.parametrize("first", ["yes", "no"])
    def test_a_second_answer_changes_nothing(self, engagement, first):
        found = seat(engagement)
        if first == "yes":
            accept_assignment(found, by=None, now=SOON)
        else:
            decline_assignment(found, because="Abroad", by=None, now=SOON)
        before = seat(engagement).answer
        for again in (
            lambda: accept_assignment(found, by=None, now=SOON),
            lambda: decline_assignment(found, because="x", by=None, now=SOON),
        ):
            with pytest.raises(AssignmentAnswered):
                again()
        assert seat(engagement).answer == before

    def test_who_is_late_may_still_say_yes_while_nobody_else_sits_there(self, engagement):
        ask_next(now=NOW + 2 * DAY)
        assert seat(engagement).answer == "SILENT"
        accept_assignment(seat(engagement), by=None, now=NOW + 2 * DAY)
        assert seat(engagement).answer == "ACCEPTED"

    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("assignment_answer_has_a_due_time", {"answer_due_at": None}),
            ("assignment_answered_exactly_with_a_time", {"answer": "ACCEPTED"}),
            ("assignment_declined_with_a_reason", {"answer": "DECLINED", "answered_at": NOW}),
        ],
    )
    def test_constraints(self, engagement, name, fields):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Assignment.objects.filter(pk=seat(engagement).pk).update(**fields)

    def test_one_link_asks_about_one_assignment(self, engagement):
        with pytest.raises(IntegrityError, match="one_assignment_per_answer_link"), transaction.atomic():
            Assignment.objects.filter(engagement=engagement).exclude(answer="").update(token_hash="a" * 64)


class TestTheNext:
    def test_the_next_best_is_asked_by_the_next_sweep_and_the_booking_moves_along(self, engagement, team):
        other = make.staff_member("ANALYST")
        decline_assignment(seat(engagement), because="Abroad", by=team["ANALYST"].user, now=SOON)
        assert ask_next(now=SOON + MINUTE) == 1
        assert (seat(engagement).staff, seat(engagement).answer, seat(engagement).assigned_at) == (other, "ASKED", SOON + MINUTE)
        assert Booking.objects.get(reference=engagement.reference).staff == other
        old = Assignment.objects.get(engagement=engagement, staff=team["ANALYST"])
        assert (old.ended_because, old.declined_because, old.answer) == ("DECLINED", "Abroad", "DECLINED")
        assert link_to(other)
        assert ask_next(now=SOON + 2 * MINUTE) == 0

    def test_silence_counts_as_no_when_the_time_is_up(self, engagement, team):
        other = make.staff_member("ANALYST")
        assert ask_next(now=NOW + DAY - MINUTE) == 0
        assert ask_next(now=NOW + DAY) == 1
        assert seat(engagement).staff == other
        assert Assignment.objects.get(engagement=engagement, staff=team["ANALYST"]).ended_because == "SILENT"

    def test_after_the_last_window_nobody_is_asked_though_no_sweep_has_ended_the_event_yet(self, engagement):
        make.staff_member("ANALYST")
        decline_assignment(seat(engagement), because="Abroad", by=None, now=SOON)
        last = engagement.days.order_by("-window_ends_at")[0].window_ends_at
        assert ask_next(now=last) == 0
        assert seat(engagement).answer == "DECLINED"
        assert ask_next(now=last - MINUTE) == 1  # the control

    def test_a_declining_pm_is_followed_by_the_best_pm(self, engagement, team):
        make.staff_member("PM", languages=["fr"])
        other = make.staff_member("PM")
        decline_assignment(seat(engagement, "PM"), because="Too much", by=None, now=SOON)
        assert ask_next(now=SOON) == 1
        assert seat(engagement, "PM").staff == other
        assert seat(engagement, "PM").why[0] == ["load", 0]

    def test_nobody_left_tells_the_coordinator_once_keeps_the_time_booked_and_looks_again(self, engagement, team):
        """The customer has a confirmed order: somebody stays booked until somebody else is found."""
        decline_assignment(seat(engagement), because="Abroad", by=None, now=SOON)
        for minutes in range(3):
            assert ask_next(now=SOON + minutes * MINUTE) == 0
        (told,) = Message.objects.filter(to=team["COORDINATOR"].user.email)
        assert "Nobody left to ask" in told.subject
        assert "Abroad" in told.text
        assert Booking.objects.get(reference=engagement.reference).staff == team["ANALYST"]
        other = make.staff_member("ANALYST")
        assert ask_next(now=SOON + HOUR) == 1
        assert seat(engagement).staff == other

    def test_two_declines_go_down_the_list_and_never_back(self, engagement, team):
        others = [make.staff_member("ANALYST"), make.staff_member("ANALYST")]
        for expected in others:
            decline_assignment(seat(engagement), because="No", by=None, now=SOON)
            ask_next(now=SOON)
            assert seat(engagement).staff == expected
        decline_assignment(seat(engagement), because="No", by=None, now=SOON)
        assert ask_next(now=SOON) == 0

    @pytest.mark.parametrize("end", ["cancelled", "over"])
    def test_what_is_over_is_left_alone(self, engagement, end):
        make.staff_member("ANALYST")
        decline_assignment(seat(engagement), because="No", by=None, now=SOON)
        if end == "cancelled":
            cancel_engagement(engagement, by=None, now=SOON)
        else:
            sync_states(now=EVENT_STARTS + DAY)
        assert ask_next(now=EVENT_STARTS + DAY) == 0

    def test_a_move_asks_who_stays_again_with_a_fresh_link(self, engagement, team):
        old = link_to(team["ANALYST"])
        move_engagement(engagement, days=make.day_briefs(EVENT_STARTS + 7 * DAY), staff_id=team["ANALYST"].pk, by=None, now=SOON)
        assert link_to(team["ANALYST"]) != old
        assert Client().get(old).status_code == 404
        assert Client().get(link_to(team["ANALYST"])).status_code == 200


class TestPage:
    @pytest.fixture
    def path(self, engagement, team):
        return link_to(team["ANALYST"])

    def test_looking_does_not_answer_and_tells_nobody_the_address(self, engagement, path):
        page = Client().get(path)
        assert page.status_code == 200
        assert engagement.number in page.content.decode()
        assert page["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page["Cache-Control"]
        assert seat(engagement).answer == "ASKED"

    def test_yes_and_again(self, engagement, path):
        page = Client().post(path, {"answer": "yes"}, follow=True)
        assert "You said yes" in page.content.decode()
        assert seat(engagement).answer == "ACCEPTED"
        again = Client().post(path, {"answer": "no", "because": "x"})
        assert again.status_code == 409
        assert "You said yes" in again.content.decode()

    def test_no_asks_for_the_reason_on_the_same_page(self, engagement, path):
        page = Client().post(path, {"answer": "no", "because": ""})
        assert "Say why" in page.content.decode()
        assert seat(engagement).answer == "ASKED"
        page = Client().post(path, {"answer": "no", "because": "On a plane"}, follow=True)
        assert "You said no" in page.content.decode()
        assert (seat(engagement).answer, seat(engagement).declined_because) == ("DECLINED", "On a plane")

    def test_after_somebody_else_took_it_the_link_is_dead(self, engagement, path):
        make.staff_member("ANALYST")
        ask_next(now=NOW + DAY)
        assert Client().get(path).status_code == 404
        assert Client().post(path, {"answer": "yes"}).status_code == 409

    @pytest.mark.parametrize("token", ["x", "x" * 43])
    def test_a_wrong_secret_is_a_dead_link(self, everything, token):
        assert Client().get(f"/answer/{token}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_have_one_effect():
    """Source: promise 6"""
    with scope(EVERYTHING):
        engagement = make.engagement(booked=make.staff_member("ANALYST"))
        found = seat(engagement)
    barrier, outcomes = threading.Barrier(2), []

    def answer(action, **more):
        try:
            with scope(EVERYTHING):
                barrier.wait()
                action(found, by=None, now=SOON, **more)
            outcomes.append("done")
        except AssignmentAnswered:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=answer, args=(accept_assignment,)),
        threading.Thread(target=answer, args=(decline_assignment,), kwargs={"because": "No"}),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["done", "refused"]


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_staffed_engagement_without_its_team():
    """With its control: OPEN may lack people. Source: S74"""
    with scope(EVERYTHING):
        for role in ("PM", "COORDINATOR"):
            make.staff_member(role)
        engagement = make.engagement(booked=make.staff_member("ANALYST"))
    assert engagement.state == Engagement.State.STAFFED
    end = {"ended_at": NOW + HOUR, "ended_because": "REPLACED"}
    with pytest.raises(IntegrityError, match="everyone its package asks for"), scope(EVERYTHING):
        Assignment.objects.filter(engagement=engagement, role="PM").update(**end)
    with scope(EVERYTHING):
        Engagement.objects.update(state=Engagement.State.OPEN)
        Assignment.objects.filter(engagement=engagement, role="PM").update(**end)
    with pytest.raises(IntegrityError, match="everyone its package asks for"), scope(EVERYTHING):
        Engagement.objects.update(state=Engagement.State.STAFFED)
