"""The end of an engagement, by cancelling or by the clock."""

from datetime import timedelta

import pytest

from engagements.actions import EngagementOver, cancel_engagement, sync_states
from engagements.models import Assignment, Engagement, Task
from engagements.queries import promise_list, team_of
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVENT_ENDS = EVENT_STARTS + 2 * HOUR


@pytest.fixture
def analyst():
    make.staff_member("PM")
    make.staff_member("COORDINATOR")
    return make.staff_member("ANALYST")


@pytest.fixture
def engagement(analyst):
    package = make.staffed_package()
    make.duty(package)
    make.duty(package, side="CUSTOMER")
    return make.engagement(package=package, booked=analyst)


def state_at(engagement, now):
    sync_states(now=now)
    engagement.refresh_from_db()
    return engagement.state


class TestCancelling:
    def test_nothing_is_owed_any_more_and_everyone_is_free(self, engagement):
        cancelled = cancel_engagement(engagement, by=None, now=NOW + HOUR)
        assert (cancelled.state, cancelled.closed_at) == ("CANCELLED", NOW + HOUR)
        assert set(engagement.tasks.values_list("state", "next_alert_at")) == {("CANCELLED", None)}
        assert set(engagement.assignments.values_list("ended_at", "ended_because")) == {(NOW + HOUR, "CANCELLED")}
        assert promise_list(cancelled, now=NOW + HOUR) == []

    def test_booked_person_and_pm_are_told_once(self, engagement, analyst):
        for _ in range(2):
            cancel_engagement(engagement, by=None, now=NOW + HOUR)
        told = Message.objects.filter(about=engagement.number, subject__startswith="Cancelled")
        assert sorted(message.to for message in told) == sorted(
            each.staff.user.email for each in engagement.assignments.filter(role__in=["PM", "ANALYST"])
        )

    def test_team_of_a_cancelled_one_can_still_be_read(self, engagement):
        cancelled = cancel_engagement(engagement, by=None, now=NOW + HOUR)
        assert [contact.role for contact in team_of(cancelled)] == ["ANALYST", "PM", "COORDINATOR"]

    def test_done_duties_stay_done(self, engagement):
        done = engagement.tasks.first()
        Task.objects.filter(pk=done.pk).update(state="DONE", done_at=NOW, next_alert_at=None)
        cancel_engagement(engagement, by=None, now=NOW)
        done.refresh_from_db()
        assert done.state == "DONE"

    def test_after_the_event_it_is_refused(self, engagement):
        sync_states(now=EVENT_ENDS + HOUR)
        with pytest.raises(EngagementOver):
            cancel_engagement(engagement, by=None, now=EVENT_ENDS + HOUR)

    def test_while_it_runs_it_is_possible(self, engagement):
        sync_states(now=EVENT_STARTS)
        assert cancel_engagement(engagement, by=None, now=EVENT_STARTS).state == "CANCELLED"


class TestTheClock:
    def test_it_runs_from_the_first_staffed_minute(self, engagement):
        assert state_at(engagement, EVENT_STARTS - 31 * MINUTE) == Engagement.State.STAFFED
        assert state_at(engagement, EVENT_STARTS - 30 * MINUTE) == Engagement.State.RUNNING

    def test_an_unstaffed_one_runs_too(self):
        assert state_at(make.engagement(), EVENT_STARTS) == Engagement.State.RUNNING

    def test_it_wraps_up_when_the_last_window_has_ended(self, analyst):
        engagement = make.engagement(package=make.staffed_package(), booked=analyst, days=make.day_briefs(days=3))
        make.duty(engagement.package)
        assert state_at(engagement, EVENT_STARTS + 3 * HOUR) == Engagement.State.RUNNING
        assert state_at(engagement, EVENT_ENDS + 2 * DAY + 29 * MINUTE) == Engagement.State.RUNNING
        sync_states(now=EVENT_ENDS + 2 * DAY + 30 * MINUTE)
        engagement.refresh_from_db()
        assert engagement.state in {Engagement.State.WRAPPING_UP, Engagement.State.CLOSED}

    def test_it_does_not_wrap_up_when_the_window_ends_before_the_event(self, analyst):
        """Source: S86"""
        engagement = make.engagement(booked=analyst, days=make.day_briefs(hours=12))
        assert state_at(engagement, EVENT_STARTS + 11 * HOUR) == Engagement.State.RUNNING

    def test_it_closes_when_the_provider_owes_nothing_more(self, engagement):
        assert state_at(engagement, EVENT_ENDS + HOUR) == Engagement.State.WRAPPING_UP
        engagement.tasks.filter(side="PROVIDER").update(state="DONE", done_at=EVENT_ENDS, next_alert_at=None)
        assert state_at(engagement, EVENT_ENDS + 2 * HOUR) == Engagement.State.CLOSED
        assert engagement.closed_at == EVENT_ENDS + 2 * HOUR
        assert set(engagement.assignments.values_list("ended_because", flat=True)) == {"CLOSED"}
        assert len(team_of(engagement)) == 3

    def test_it_closes_after_30_days_and_what_is_open_stays_visible_without_warnings(self, engagement):
        assert state_at(engagement, EVENT_ENDS + 30 * DAY - MINUTE) == Engagement.State.WRAPPING_UP
        assert state_at(engagement, EVENT_ENDS + 30 * DAY) == Engagement.State.CLOSED
        assert set(engagement.tasks.values_list("state", "next_alert_at")) == {("OPEN", None)}

    def test_a_late_sweep_takes_every_step_at_once(self, engagement):
        assert state_at(engagement, EVENT_ENDS + 60 * DAY) == Engagement.State.CLOSED

    def test_a_second_sweep_changes_nothing(self, engagement):
        assert sync_states(now=EVENT_STARTS) == 1
        assert sync_states(now=EVENT_STARTS) == 0

    def test_a_sweep_takes_so_many_statements_whatever_it_finds(self, engagement, django_assert_num_queries):
        with django_assert_num_queries(5):
            sync_states(now=NOW)

    def test_cancelled_ones_stay_cancelled(self, engagement):
        cancel_engagement(engagement, by=None, now=NOW)
        assert state_at(engagement, EVENT_ENDS + 60 * DAY) == Engagement.State.CANCELLED
        assert Assignment.objects.filter(ended_because="CLOSED").count() == 0
