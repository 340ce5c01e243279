"""Ticks of phones: each counts once with the time it was made, whatever the order they arrive in."""

from datetime import timedelta

import pytest

from engagements.actions import EngagementClosed, NotYours, TooLateToUndo, cancel_engagement, move_engagement, save_agenda
from engagements.actions.day import NoSuchRow
from engagements.actions.day_ticks import DayMoved, KeyTaken, Tap, take_tick, tap_session
from engagements.actions.staffing import unseat
from engagements.brief import SessionBrief
from engagements.models import Task, Tick
from tests import make
from tests.make import EVENT_STARTS

pytestmark = pytest.mark.usefixtures("everything")

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = EVENT_STARTS + HOUR


@pytest.fixture
def analyst():
    make.staff_member("COORDINATOR")
    make.staff_member("PM")
    return make.staff_member("ANALYST")


@pytest.fixture
def by(analyst):
    return analyst.user


@pytest.fixture
def engagement(analyst):
    package = make.staffed_package()
    make.duty(package, anchor="DAY_START", phase="EVENT_DAY", role="ANALYST")
    return make.engagement(package=package, booked=analyst)


@pytest.fixture
def task(engagement):
    return engagement.tasks.get()


def tick(engagement, by, key="k", *, ago=timedelta(), now=NOW, done=True, **fields):
    task_key = fields.pop("task_key", None) or engagement.tasks.get().key
    return take_tick(engagement, task_key=task_key, key=key, done=done, made_at=now - ago, by=by, now=now, **fields)


def stands(task):
    task.refresh_from_db()
    return task.state, task.done_at, task.done_by


class TestOnce:
    def test_it_counts_with_the_time_it_was_made(self, engagement, task, by):
        taken = tick(engagement, by, ago=20 * MINUTE)
        assert stands(task) == ("DONE", NOW - 20 * MINUTE, by)
        assert (taken.outcome, taken.made_at, taken.arrived_at) == ("APPLIED", NOW - 20 * MINUTE, NOW)

    def test_sent_again_it_is_the_same(self, engagement, task, by):
        first = tick(engagement, by, ago=MINUTE)
        again = tick(engagement, by, ago=MINUTE, now=NOW + HOUR)
        assert (again.pk, Tick.objects.count()) == (first.pk, 1)
        assert stands(task)[1] == NOW - MINUTE

    def test_sent_again_after_it_was_taken_back_it_stays_taken_back(self, engagement, task, by):
        tick(engagement, by)
        tick(engagement, by, key="back", done=False, now=NOW + 30 * SECOND)
        tick(engagement, by, now=NOW + 40 * SECOND, ago=40 * SECOND)
        assert stands(task)[0] == "OPEN"

    @pytest.mark.parametrize("what", ["person", "direction"])
    def test_a_key_that_says_something_else_is_refused(self, engagement, by, what):
        tick(engagement, by)
        pm = engagement.assignments.get(role="PM").staff.user
        with pytest.raises(KeyTaken):
            tick(engagement, pm if what == "person" else by, done=what == "person")


class TestTwoPhones:
    @pytest.fixture
    def second(self, engagement):
        return engagement.assignments.get(role="PM").staff.user

    def test_whoever_arrives_first_did_it_and_both_are_kept(self, engagement, task, by, second):
        tick(engagement, by, key="a", ago=10 * MINUTE)
        late = tick(engagement, second, key="b", ago=20 * MINUTE, now=NOW + SECOND)
        assert (late.outcome, stands(task)) == ("ALREADY_SO", ("DONE", NOW - 10 * MINUTE, by))
        assert tick(engagement, second, key="c", now=NOW + MINUTE).outcome == "ALREADY_SO"
        assert Tick.objects.count() == 3

    def test_the_one_made_last_counts_whatever_the_order(self, engagement, task, by):
        tick(engagement, by, key="tick", ago=10 * MINUTE)
        tick(engagement, by, key="back", done=False, ago=9.5 * MINUTE)
        assert tick(engagement, by, key="older", ago=9.8 * MINUTE, now=NOW + SECOND).outcome == "OUTRUN"
        assert stands(task)[0] == "OPEN"


class TestTakingBack:
    def test_within_a_minute_by_the_phones_clock(self, engagement, task, by):
        tick(engagement, by, key="tick", now=NOW)
        assert tick(engagement, by, key="back", done=False, now=NOW + HOUR, ago=HOUR - 50 * SECOND).outcome == "APPLIED"
        assert stands(task)[0] == "OPEN"

    def test_not_later(self, engagement, by):
        tick(engagement, by)
        with pytest.raises(TooLateToUndo):
            tick(engagement, by, key="back", done=False, now=NOW + 61 * SECOND)


class TestMeanwhile:
    def test_the_event_has_moved(self, engagement, task, by, analyst):
        seen = EVENT_STARTS
        move_engagement(engagement, days=make.day_briefs(EVENT_STARTS + 2 * DAY), staff_id=analyst.pk, by=None, now=EVENT_STARTS - HOUR)
        with pytest.raises(DayMoved, match="8 April 2027"):
            tick(engagement, by, ago=MINUTE, seen=seen)
        assert stands(task)[0] == "OPEN"
        assert tick(engagement, by, seen=EVENT_STARTS + 2 * DAY).outcome == "APPLIED"

    def test_it_was_closed(self, engagement, by):
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementClosed):
            tick(engagement, by)

    def test_somebody_else_took_over(self, engagement, by):
        unseat(engagement.assignments.filter(role="ANALYST"), because="REPLACED", now=NOW)
        with pytest.raises(NotYours):
            tick(engagement, by)

    def test_the_duty_is_gone(self, engagement, by):
        with pytest.raises(NoSuchRow):
            tick(engagement, by, task_key="nothing")

    def test_a_refused_tick_leaves_no_row(self, engagement, by):
        with pytest.raises(NoSuchRow):
            tick(engagement, by, task_key="nothing")
        assert not Tick.objects.exists()


class TestSessions:
    """S93: when a session really ended"""

    @pytest.fixture
    def session(self, engagement):
        return engagement.sessions.get()

    def tap(self, session, what, by, **fields):
        at = fields.pop("at", NOW)
        tapped = tap_session(session.engagement, key=session.key, tap=Tap(what), at=at, by=by, now=NOW + HOUR, **fields)
        return tapped.actual_starts_at, tapped.actual_ends_at

    def test_one_tap_each(self, session, by):
        assert self.tap(session, "begun", by, at=NOW) == (NOW, None)
        assert self.tap(session, "ended", by, at=NOW + MINUTE) == (NOW, NOW + MINUTE)

    def test_the_first_tap_stays(self, session, by):
        self.tap(session, "begun", by, at=NOW)
        assert self.tap(session, "begun", by, at=NOW + MINUTE) == (NOW, None)

    def test_a_mistake_is_taken_back(self, session, by):
        self.tap(session, "begun", by)
        assert self.tap(session, "not-begun", by) == (None, None)
        self.tap(session, "ended", by)
        assert self.tap(session, "not-ended", by) == (None, None)

    def test_moved_or_gone(self, session, by):
        with pytest.raises(DayMoved):
            self.tap(session, "begun", by, seen=EVENT_STARTS - DAY)
        session.key = "nothing"
        with pytest.raises(NoSuchRow):
            self.tap(session, "begun", by)


def test_parallel_sessions_have_taps_of_their_own(engagement, by):
    day = engagement.days.get()
    put = [SessionBrief(day=1, title=title, starts_at=day.starts_at, ends_at=day.ends_at) for title in ("Hall A", "Hall B")]
    save_agenda(engagement, put=put, by=None, now=NOW)
    first = engagement.sessions.get(title="Hall A")
    tap_session(engagement, key=first.key, tap=Tap.BEGUN, at=NOW, by=by, now=NOW)
    assert list(engagement.sessions.exclude(actual_starts_at=None).values_list("title", flat=True)) == ["Hall A"]
    assert Task.objects.filter(state="DONE").count() == 0
