"""What the database itself refuses; each constraint by its name."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, InternalError, connection, transaction

from customers.tenancy import scope
from engagements.models import ENGAGEMENT_STEPS, TASK_STEPS, Assignment, Engagement, EventDay, Task
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("everything")

HOUR = timedelta(hours=1)


@pytest.fixture
def engagement():
    package = make.staffed_package()
    make.duty(package)
    for role in ("PM", "COORDINATOR"):
        make.staff_member(role)
    return make.engagement(package=package, booked=make.staff_member("ANALYST"))


def refused(constraint, rows, **values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**values)


def inserted_twice(constraint, row):
    row.pk = None
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


class TestEngagement:
    def test_engagement_ends_after_it_begins(self, engagement):
        refused("engagement_ends_after_it_begins", Engagement.objects, ends_at=engagement.starts_at)

    def test_engagement_closed_exactly_when_over(self, engagement):
        refused("engagement_closed_exactly_when_over", Engagement.objects, state="CANCELLED")
        refused("engagement_closed_exactly_when_over", Engagement.objects, closed_at=NOW)

    def test_number_and_reference_are_its_own(self, engagement):
        engagement.number = "PR-OTHER"
        inserted_twice("engagements_engagement_reference", engagement)

    def test_every_step_that_is_not_in_the_table_is_refused(self, engagement):
        states = Engagement.State.values
        for old in states:
            for new in states:
                if old == new or (old, new) in ENGAGEMENT_STEPS:
                    continue
                assert not takes_step(Engagement, engagement.pk, old, new), (old, new)

    def test_every_step_in_the_table_is_taken(self, engagement):
        assert all(takes_step(Engagement, engagement.pk, old, new) for old, new in ENGAGEMENT_STEPS)


def takes_step(model, pk, old, new):
    """Put the row into the old state behind the trigger's back, and try the step."""

    def values(state):
        if model is Engagement:
            return {"state": state, "closed_at": NOW if state in {"CLOSED", "CANCELLED"} else None}
        done_at, because = NOW if state == "DONE" else None, "No polls" if state == "WAIVED" else ""
        return {"state": state, "done_at": done_at, "waived_because": because, "next_alert_at": None}

    trigger = {Engagement: "engagements.Engagement:engagement_goes_its_way", Task: "engagements.Task:task_goes_its_way"}[model]
    with pgtrigger.ignore(trigger):
        model.objects.filter(pk=pk).update(**values(old))
    try:
        with transaction.atomic():
            model.objects.filter(pk=pk).update(**values(new))
    except InternalError:  # what RAISE EXCEPTION in a trigger becomes; a constraint would be an IntegrityError
        return False
    return True


def point_at(rows, **values):
    with transaction.atomic():
        rows.update(**values)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestEventDay:
    def test_event_day_ends_after_it_begins(self, engagement):
        day = engagement.days.get()
        refused("event_day_ends_after_it_begins", EventDay.objects, ends_at=day.starts_at)

    def test_window_ends_after_it_begins(self, engagement):
        day = engagement.days.get()
        refused("window_ends_after_it_begins", EventDay.objects, window_ends_at=day.window_starts_at)

    def test_one_event_day_per_position(self, engagement):
        inserted_twice("one_event_day_per_position", engagement.days.get())


class TestAssignment:
    def test_one_pm_and_one_analyst_at_most(self, engagement):
        for role in ("PM", "ANALYST"):
            second = engagement.assignments.get(role=role)
            second.staff = make.staff_member(role)
            inserted_twice("one_pm_and_one_analyst_at_most", second)

    def test_one_current_assignment_per_role_and_person(self, engagement):
        inserted_twice("one_current_assignment_per_role_and_person", engagement.assignments.get(role="COORDINATOR"))

    def test_assignment_ends_after_it_begins(self, engagement):
        refused("assignment_ends_after_it_begins", Assignment.objects, ended_at=NOW - HOUR, ended_because="MOVED")

    def test_assignment_ends_for_a_reason(self, engagement):
        refused("assignment_ends_for_a_reason", Assignment.objects, ended_at=NOW)
        refused("assignment_ends_for_a_reason", Assignment.objects, ended_because="MOVED")


class TestTask:
    def test_task_done_exactly_when_done_at(self, engagement):
        refused("task_done_exactly_when_done_at", Task.objects, state="DONE", next_alert_at=None)
        refused("task_done_exactly_when_done_at", Task.objects, done_at=NOW)

    def test_task_waived_with_a_reason(self, engagement):
        refused("task_waived_with_a_reason", Task.objects, state="WAIVED", next_alert_at=None)
        refused("task_waived_with_a_reason", Task.objects, waived_because="No polls")

    def test_task_warns_only_while_open(self, engagement):
        refused("task_warns_only_while_open", Task.objects, state="CANCELLED")

    def test_one_task_per_duty_without_a_day_or_session_too(self, engagement):
        second = engagement.tasks.get()
        second.key = "another"
        inserted_twice("one_task_per_duty_day_and_session", second)

    def test_steps(self, engagement):
        pk, states = engagement.tasks.get().pk, Task.State.values
        for old in states:
            for new in states:
                if old != new:
                    assert takes_step(Task, pk, old, new) == ((old, new) in TASK_STEPS), (old, new)


class TestWall:
    """A row cannot name another organisation's row. Source: tenancy.md 5"""

    @pytest.mark.parametrize(("model", "field"), [(EventDay, "engagement"), (Assignment, "engagement"), (Task, "engagement")])
    def test_pointers_stay_within_the_organisation(self, engagement, model, field):
        foreign = make.engagement()
        foreign.days.all().delete()
        Engagement.objects.update(state=Engagement.State.OPEN)  # or they would miss their teams
        foreign.assignments.all().delete()
        with pytest.raises(IntegrityError, match="same_org"):
            point_at(model.objects.filter(engagement=engagement), **{field: foreign})

    def test_a_task_points_at_a_day_of_its_organisation(self, engagement):
        foreign = make.engagement().days.get()
        with pytest.raises(IntegrityError, match="same_org"):
            point_at(engagement.tasks, day=foreign)

    def test_history_is_behind_the_wall_and_cannot_be_changed(self, engagement):
        with scope(make.organisation()):
            for model in (Engagement, Assignment, Task):
                assert not model.events.rel.related_model.objects.exists()
        for model in (Engagement, Assignment, Task):
            events = model.events.rel.related_model.objects
            assert events.exists()
            with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
                events.all().delete()

    def test_history_keeps_no_names_addresses_or_free_text(self):
        kept = {field.name for model in (Engagement, Task) for field in model.events.rel.related_model._meta.fields}
        assert not kept & {"title", "contact_name", "contact_email", "evidence", "waived_because"}
