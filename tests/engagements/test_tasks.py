"""What the workers do, by the tasks themselves, several at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope
from engagements import tasks
from engagements.actions import move_engagement
from engagements.models import Assignment, Engagement
from outbox.models import Message
from scheduling.actions import add_leave
from scheduling.models import Booking
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def at_once(*jobs):
    """Run the jobs in threads of their own, all from the same moment."""
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return [done.result() for done in [threads.submit(run, job) for job in jobs]]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def starts_at(now):
    return (now + 30 * DAY).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def engagement(now, starts_at):
    for role in ("PM", "COORDINATOR"):
        make.staff_member(role)
    analyst = make.staff_member("ANALYST")
    opened = make.engagement(booked=analyst, days=make.day_briefs(starts_at), now=now)
    add_leave(analyst, start_at=starts_at - DAY, end_at=starts_at + DAY, now=now)
    return opened


def test_five_sweeps_at_once_change_hands_once(engagement):
    for _ in range(5):
        make.staff_member("ANALYST")
    at_once(*[tasks.find_cover] * 5)
    tasks.find_cover()
    with scope(EVERYTHING):
        assert Assignment.objects.filter(engagement=engagement, role="ANALYST").count() == 2
        assert Message.objects.filter(to=engagement.contact_email).count() == 1
        assert Booking.objects.get(reference=engagement.reference).staff == Assignment.objects.get(role="ANALYST", ended_at=None).staff


def test_sweeps_at_once_over_many_book_nobody_twice_and_leave_nothing(now, starts_at):
    sick = [make.staff_member("ANALYST") for _ in range(2)]
    for role in ("PM", "COORDINATOR", *["ANALYST"] * 4):
        make.staff_member(role)
    opened = [make.engagement(booked=each, days=make.day_briefs(starts_at + n * DAY), now=now) for n in range(4) for each in sick]
    for each in sick:
        add_leave(each, start_at=starts_at - DAY, end_at=starts_at + 9 * DAY, now=now)
    at_once(*[tasks.find_cover] * 4)
    with scope(EVERYTHING):
        booked = dict(Booking.objects.filter(needs_cover_since=None).values_list("reference", "staff"))
        seated = Assignment.objects.filter(role="ANALYST", ended_at=None).exclude(staff__in=sick)
        assert dict(seated.values_list("engagement__reference", "staff")) == booked
        assert len(booked) == len(opened) == Message.objects.filter(subject__startswith="Someone else").count()


def test_sweeps_and_moves_at_once_leave_one_analyst_and_no_deadlock(engagement, now, starts_at):
    others = [make.staff_member("ANALYST") for _ in range(3)]

    def move():
        with scope(EVERYTHING):
            move_engagement(engagement, days=make.day_briefs(starts_at + DAY), staff_id=others[0].pk, by=None, now=now)

    at_once(tasks.find_cover, move, tasks.find_cover, move, tasks.sync_states)
    with scope(EVERYTHING):
        assert Assignment.objects.filter(engagement=engagement, role="ANALYST", ended_at=None).count() == 1


def test_states_follow_the_clock(now):
    opened = make.engagement(days=make.day_briefs(now - DAY, hours=1), now=now - 20 * DAY)
    tasks.sync_states()
    with scope(EVERYTHING):
        assert Engagement.objects.get(pk=opened.pk).state == Engagement.State.CLOSED
