"""Moving an engagement with its order."""

import random
from datetime import timedelta

import pytest
from django.utils import translation

from catalog.actions import load_catalogue
from catalog.models import Package
from engagements.actions import DaysDiffer, EngagementOver, cancel_engagement, move_engagement, sync_states
from engagements.models import Assignment, Engagement, EventDay, Session, Task
from engagements.queries import preview_move, team_of
from outbox.models import Message
from tests import make
from tests.make import EVENT_STARTS, NOW
from tests.reliability.figures import size

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATER = make.day_briefs(EVENT_STARTS + 7 * DAY)


@pytest.fixture
def analyst():
    make.staff_member("PM")
    make.staff_member("COORDINATOR")
    return make.staff_member("ANALYST")


def move(engagement, days=LATER, *, staff_id=None, now=NOW + HOUR):
    return move_engagement(engagement, days=days, staff_id=staff_id, by=None, now=now)


def due_times(engagement):
    """Duties and sessions as a preview names them, with their times."""
    rows = Task.objects.filter(engagement=engagement).select_related("template", "day", "session__day")
    sessions = Session.objects.filter(engagement=engagement).select_related("day")
    times = {(task.side, task.title, *place(task)): task.due_at for task in rows}
    return times | {("", each.title, each.day.position, each.title): each.starts_at for each in sessions}


def place(task):
    day = task.session.day if task.session else task.day
    return (day.position if day else None, task.session.title if task.session else "")


def said(shift):
    return (shift.side, shift.title, shift.day, shift.session)


class TestTimes:
    def test_number_stays_and_days_keep_their_rows(self, analyst):
        engagement = make.engagement(days=make.day_briefs(days=2))
        rows = list(engagement.days.order_by("position").values_list("pk", flat=True))
        new = make.day_briefs(EVENT_STARTS + 3 * DAY, days=2)
        moved = move(engagement, new)
        assert moved.number == engagement.number
        assert (moved.starts_at, moved.ends_at) == (new[0].starts_at, new[1].ends_at)
        days = EventDay.objects.filter(engagement=engagement).order_by("position")
        assert [day.pk for day in days] == rows
        assert [(day.window_starts_at, day.window_ends_at) for day in days] == [(day.window_starts_at, day.window_ends_at) for day in new]

    def test_open_duties_move_with_their_anchor_and_their_warning_too(self, analyst):
        package = make.staffed_package()
        make.duty(package, "EVENT_START", -60)
        engagement = make.engagement(package=package)
        move(engagement)
        task = engagement.tasks.get()
        assert task.due_at == task.wanted_at == EVENT_STARTS + 7 * DAY - HOUR
        assert task.next_alert_at == task.due_at - 3 * DAY

    def test_history_has_the_old_and_the_new_due_time(self, analyst):
        package = make.staffed_package()
        make.duty(package)
        engagement = make.engagement(package=package)
        move(engagement)
        history = engagement.tasks.get().events.order_by("pgh_id").values_list("pgh_label", "due_at")
        assert list(history) == [("insert", EVENT_STARTS), ("update", EVENT_STARTS + 7 * DAY)]

    def test_duties_counted_from_elsewhere_and_overdue_ones_get_no_new_time(self, analyst):
        package = make.staffed_package()
        make.duty(package, "ORDER_CONFIRMED", 30)
        engagement = make.engagement(package=package)
        before = engagement.tasks.values().get()
        move(engagement, now=NOW + 5 * DAY)
        assert engagement.tasks.values().get() == before

    def test_done_and_waived_duties_stay_as_they_are(self, analyst):
        package = make.staffed_package()
        make.duty(package)
        make.duty(package)
        engagement = make.engagement(package=package)
        done, waived = engagement.tasks.order_by("id")
        Task.objects.filter(pk=done.pk).update(state="DONE", done_at=NOW, next_alert_at=None)
        Task.objects.filter(pk=waived.pk).update(state="WAIVED", waived_because="No polls", next_alert_at=None)
        move(engagement)
        assert set(engagement.tasks.values_list("due_at", flat=True)) == {EVENT_STARTS}
        assert preview_move(engagement, days=LATER, now=NOW) == []

    def test_moving_close_gives_short_notice_and_moving_away_takes_it_back(self, analyst):
        package = make.staffed_package()
        make.duty(package, "EVENT_START", -14, offset_kind="CALENDAR_DAYS")
        engagement = make.engagement(package=package)
        move(engagement, make.day_briefs(NOW + 7 * DAY))
        assert engagement.tasks.get().short_notice
        move(engagement, LATER)
        task = engagement.tasks.get()
        assert not task.short_notice
        assert task.due_at == EVENT_STARTS - 7 * DAY

    def test_other_number_of_days_is_refused(self, analyst):
        engagement = make.engagement()
        with pytest.raises(DaysDiffer):
            move(engagement, make.day_briefs(days=2))
        with pytest.raises(DaysDiffer):
            preview_move(engagement, days=make.day_briefs(days=2), now=NOW)


class TestPerson:
    def test_same_person_keeps_the_assignment_and_hears_of_the_new_time(self, analyst):
        engagement = make.engagement(booked=analyst)
        move(engagement, staff_id=analyst.pk)
        assert Assignment.objects.filter(engagement=engagement, role="ANALYST").count() == 1
        moved = Message.objects.filter(to=analyst.user.email, subject__startswith="New time").get()
        assert "Tue 13 April 2027, 10:00 to 12:00, Montreal (UTC-4)" in moved.text

    def test_another_person_takes_over_and_history_says_why(self, analyst):
        other = make.staff_member("ANALYST")
        engagement = make.engagement(booked=analyst)
        moved = move(engagement, staff_id=other.pk)
        old, new = Assignment.objects.filter(engagement=engagement, role="ANALYST").order_by("id")
        assert (old.staff, old.ended_at, old.ended_because) == (analyst, NOW + HOUR, "MOVED")
        assert (new.staff, new.ended_at, new.reason) == (other, None, "MOVED")
        assert moved.state == Engagement.State.STAFFED
        assert team_of(moved)[0].email == other.user.email
        subjects = {message.to: message.subject for message in Message.objects.filter(about=engagement.number).order_by("id")}
        assert subjects[analyst.user.email].startswith("No longer yours")
        assert subjects[other.user.email].startswith("New assist")

    def test_nobody_leaves_it_open(self, analyst):
        engagement = make.engagement(booked=analyst)
        assert move(engagement, staff_id=None).state == Engagement.State.OPEN

    def test_a_move_inside_the_lead_in_takes_it_back_from_running(self, analyst):
        engagement = make.engagement(booked=analyst)
        sync_states(now=EVENT_STARTS - 15 * MINUTE)
        engagement.refresh_from_db()
        assert engagement.state == Engagement.State.RUNNING
        assert move(engagement, staff_id=analyst.pk, now=EVENT_STARTS - 10 * MINUTE).state == Engagement.State.STAFFED


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_what_is_over_does_not_move(analyst, end):
    engagement = make.engagement(booked=analyst)
    if end == "cancelled":
        cancel_engagement(engagement, by=None, now=NOW)
    else:
        sync_states(now=EVENT_STARTS + DAY)
    with pytest.raises(EngagementOver):
        move(engagement)


def test_number_of_statements_does_not_grow_with_duties(analyst, django_assert_num_queries):
    for duties in (1, 30):
        package = make.staffed_package()
        for _ in range(duties):
            make.duty(package)
        staff = make.staff_member("ANALYST")
        engagement = make.engagement(package=package, booked=staff)
        with django_assert_num_queries(18):
            move(engagement, staff_id=staff.pk)


@pytest.mark.timeout(size(300, 3600))
@pytest.mark.parametrize(("package", "days", "moves"), [("ec-premium", 1, size(15, 700)), ("event-staff", 3, size(15, 300))])
def test_preview_equals_outcome_for_random_moves(analyst, package, days, moves):
    """Number unchanged, every shift announced, nothing else shifted."""
    load_catalogue()
    rng = random.Random(2027)
    engagement = make.engagement(
        package=Package.objects.get(code=package),
        days=make.day_briefs(days=days),
        conditions=frozenset({"PLATFORM_STREAMING", "BRANDED_APP"}),
    )
    now = NOW
    for _ in range(moves):
        now += rng.randrange(1, 60) * MINUTE
        to = make.day_briefs(now + rng.randrange(3, 24 * 4 * 500) * 15 * MINUTE, days=days, hours=rng.choice([1, 2, 8.5, 10]))
        before = due_times(engagement)
        announced = {said(shift): (shift.old_at, shift.new_at) for shift in preview_move(engagement, days=to, now=now)}
        assert announced
        moved = move(engagement, to, now=now)
        after = due_times(engagement)
        assert announced == {key: (before[key], after[key]) for key in announced}
        assert {key for key in before if before[key] != after[key]} <= announced.keys()
        assert moved.number == engagement.number


def test_preview_changes_nothing_and_reads_in_the_readers_language(analyst, django_assert_num_queries):
    package = make.staffed_package()
    make.duty(package, title_fr="Préparer la salle")
    engagement = make.engagement(package=package)
    before = due_times(engagement)
    with translation.override("fr"), django_assert_num_queries(5):
        session, shift = preview_move(engagement, days=LATER, now=NOW)
    assert (session.title, session.side, session.new_at) == (engagement.title, "", EVENT_STARTS + 7 * DAY)
    assert (shift.title, shift.old_at, shift.new_at) == ("Préparer la salle", EVENT_STARTS, EVENT_STARTS + 7 * DAY)
    assert due_times(engagement) == before
