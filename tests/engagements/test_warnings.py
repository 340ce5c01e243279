"""The sweep over deadlines: each warning once, to the right people, and nothing missed in silence."""

from datetime import timedelta

import pytest

from customers.tenancy import scope
from engagements.actions import cancel_engagement, complete_task, move_engagement, send_warnings, waive_task
from engagements.models import Assignment, Task
from engagements.timeline import LADDERS
from outbox.models import Event, Message
from tests import make
from tests.make import EVENT_STARTS, NOW

pytestmark = pytest.mark.usefixtures("everything")

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def people():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR", "ADMINISTRATOR")}


@pytest.fixture
def package(people):
    return make.staffed_package()


def opened(package, people, **fields):
    return make.engagement(package=package, booked=people["ANALYST"], **fields)


def warned():
    """Whom each message went to, by role, in order."""
    rows = Message.objects.filter(key__contains="/warning/").order_by("id")
    names = dict(Assignment.objects.filter(ended_at=None).values_list("staff__user__email", "role"))
    return [names.get(row.to, "CUSTOMER" if row.to.startswith("dana") else "ADMINISTRATOR") for row in rows]


def sweep(*moments):
    return [send_warnings(now=at) for at in moments]


class TestWhen:
    def test_each_rung_by_the_first_sweep_after_its_time_and_once(self, package, people):
        make.duty(package)
        opened(package, people)
        due = EVENT_STARTS
        said = sweep(due - 3 * DAY - MINUTE, due - 3 * DAY, due - 3 * DAY, due - DAY + MINUTE, due - DAY + 2 * MINUTE, due, due + DAY)
        assert said == [0, 1, 0, 1, 0, 1, 0]
        assert Task.objects.get().next_alert_at is None

    def test_what_an_outage_held_up_is_said_once_each_and_marked_late(self, package, people):
        make.duty(package)
        opened(package, people)
        assert sweep(EVENT_STARTS + 2 * HOUR, EVENT_STARTS + 3 * HOUR) == [3, 0]
        subjects = Message.objects.filter(to=people["PM"].user.email, key__contains="/warning/").order_by("id")
        assert [each.subject.partition(":")[0] for each in subjects] == [
            "Late – Due 2 hours ago",
            "Late – Due 2 hours ago",
            "Late – Missed",
        ]
        assert "Late: this was to reach you on Sat 3 April 2027, 10:00, Montreal (UTC-4)." in subjects[0].text

    def test_in_time_it_is_not_called_late(self, package, people):
        make.duty(package)
        opened(package, people)
        sweep(EVENT_STARTS - 3 * DAY + MINUTE)
        message = Message.objects.get(key__contains="/warning/")
        assert message.subject.startswith("Due in 3 days: Duty")
        assert "Late" not in message.text + message.html

    def test_what_is_answered_or_cancelled_warns_nobody(self, package, people):
        for _ in range(2):
            make.duty(package)
        engagement = opened(package, people)
        done, waived = engagement.tasks.order_by("id")
        complete_task(done, by=None, now=NOW)
        waive_task(waived, reason="No", by=None, now=NOW)
        other = opened(package, people, days=make.day_briefs(EVENT_STARTS + DAY))
        cancel_engagement(other, by=None, now=NOW)
        assert sweep(EVENT_STARTS + 2 * DAY) == [0]

    def test_a_move_warns_again_for_the_new_time_only(self, package, people):
        make.duty(package)
        engagement = opened(package, people)
        sweep(EVENT_STARTS - 3 * DAY)
        move_engagement(
            engagement, days=make.day_briefs(EVENT_STARTS + 7 * DAY), staff_id=people["ANALYST"].pk, by=None, now=EVENT_STARTS - 2 * DAY
        )
        assert sweep(EVENT_STARTS, EVENT_STARTS + 4 * DAY) == [0, 1]

    def test_more_than_a_batch(self, package, people):
        for _ in range(120):
            make.duty(package, ladder="EVENT_DAY")
        opened(package, people)
        assert sweep(EVENT_STARTS, EVENT_STARTS) == [120, 0]


class TestMissed:
    def test_it_is_recorded_and_programs_are_told(self, package, people):
        make.duty(package)
        engagement = opened(package, people)
        sweep(EVENT_STARTS - 3 * DAY, EVENT_STARTS - DAY, EVENT_STARTS + MINUTE)
        assert engagement.tasks.get().broken_at == EVENT_STARTS
        assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["task.at_risk", "task.broken"]

    def test_without_warnings_it_is_recorded_in_silence(self, package, people):
        make.duty(package, ladder="NONE")
        engagement = opened(package, people)
        assert sweep(EVENT_STARTS - MINUTE, EVENT_STARTS) == [0, 0]
        assert engagement.tasks.get().broken_at == EVENT_STARTS
        assert not Message.objects.filter(key__contains="/warning/").exists()

    def test_a_new_due_time_does_not_hide_it(self, package, people):
        make.duty(package, offset=-5 * 24 * 60)
        engagement = opened(package, people)
        sweep(EVENT_STARTS - 5 * DAY)
        move_engagement(
            engagement, days=make.day_briefs(EVENT_STARTS + 30 * DAY), staff_id=people["ANALYST"].pk, by=None, now=EVENT_STARTS - 4 * DAY
        )
        assert engagement.tasks.get().broken_at == EVENT_STARTS - 5 * DAY


class TestWho:
    def test_recordings_climb_to_the_pm_and_then_the_lead(self, package, people):
        """Source: S93: at 24, 36, 44 and 48 hours"""
        make.duty(package, "SESSION_END", 48 * 60, role="ANALYST", ladder="RECORDING")
        opened(package, people)
        ended = EVENT_STARTS + 2 * HOUR
        climbs = []
        for hours in (24, 36, 44, 48):
            before = len(warned())
            sweep(ended + hours * HOUR - MINUTE, ended + hours * HOUR)
            climbs.append(warned()[before:])
        team = ["ANALYST", "PM", "COORDINATOR"]
        assert climbs == [team[:1], team[:2], team, team]

    def test_the_rest_climbs_when_it_is_missed(self, package, people):
        make.duty(package, role="ANALYST")
        opened(package, people)
        sweep(EVENT_STARTS)
        assert warned() == ["ANALYST", "ANALYST", "ANALYST", "PM", "COORDINATOR"]

    def test_the_customer_is_reminded_of_theirs_and_we_hear_when_it_is_missed(self, package, people):
        make.duty(package, side="CUSTOMER", title_fr="Remettre les diapositives")
        opened(package, people, language="fr")
        sweep(EVENT_STARTS)
        assert warned() == ["CUSTOMER", "CUSTOMER", "CUSTOMER", "PM", "COORDINATOR"]
        message = Message.objects.filter(key__contains="/warning/").first()
        assert message.language == "fr"
        assert "Remettre les diapositives" in message.subject
        assert f"/orders/{message.about}/" in message.text

    def test_an_empty_seat_climbs_at_once(self, package, people):
        make.duty(package, role="ANALYST")
        make.engagement(package=package)
        sweep(EVENT_STARTS - 3 * DAY)
        assert warned() == ["PM"]

    def test_with_nobody_on_it_an_administrator_hears(self, package, people):
        make.duty(package)
        engagement = opened(package, people)
        engagement.assignments.update(ended_at=NOW, ended_because="REPLACED")
        sweep(EVENT_STARTS - 3 * DAY)
        assert warned() == ["ADMINISTRATOR"]

    def test_one_person_in_two_roles_hears_once(self, package):
        make.staff_member("PM", "COORDINATOR")
        make.duty(package)
        make.engagement(package=package)
        Assignment.objects.filter(role="COORDINATOR").update(staff=Assignment.objects.get(role="PM").staff)
        sweep(EVENT_STARTS)
        assert len(warned()) == len(LADDERS["DEFAULT"])


def test_a_customer_s_scope_does_not_narrow_the_sweep(package, people):
    make.duty(package)
    for _ in range(2):
        make.engagement(package=package)
    with scope(make.organisation()):
        assert sweep(EVENT_STARTS - 3 * DAY) == [2]


def test_statements_do_not_grow_with_engagements(package, people, django_assert_max_num_queries):
    """Five per message and its event; the rest is the batch's."""
    make.duty(package, ladder="EVENT_DAY", role="COORDINATOR")
    for _ in range(10):
        make.engagement(package=package)
    with django_assert_max_num_queries(10 * 5 + 12):
        sweep(EVENT_STARTS)
