"""Hours that cannot be bent. Source: S54, S55, S91"""

import random

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from catalog.actions import load_catalogue
from catalog.models import Package
from engagements.actions import (
    BadEntry,
    EngagementClosed,
    HoursUsedUp,
    NoSuchHours,
    NotYours,
    approve_add_on,
    cancel_engagement,
    spend_hours,
)
from engagements.models import HoursBudget, HoursEntry
from engagements.queries import hours_of
from outbox.models import Message
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("everything")

_number = iter(range(10_000)).__next__


@pytest.fixture
def people():
    return {role: make.staff_member(role) for role in ("PM", "ANALYST", "COORDINATOR")}


@pytest.fixture
def engagement(people):
    """Eight hours of recording management, as the French package has. Source: S91"""
    return make.engagement(package=make.staffed_package(recording_minutes=480), booked=people["ANALYST"])


def spend(engagement, minutes, **fields):
    values = {"kind": "RECORDING", "reason": "Trimming", "key": f"entry-{_number()}", "by": None, "now": NOW, **fields}
    return spend_hours(engagement, minutes=minutes, **values)


def add_on(engagement, minutes, **fields):
    values = {"kind": "RECORDING", "reason": "Agreed", "key": f"entry-{_number()}", "by": None, "now": NOW, **fields}
    return approve_add_on(engagement, minutes=minutes, **values)


def warnings():
    return list(Message.objects.filter(key__contains="/hours-low/").values_list("to", flat=True))


class TestLimit:
    def test_up_to_the_last_minute_and_not_one_more(self, engagement):
        spend(engagement, 480)
        with pytest.raises(HoursUsedUp, match="Only 0 minutes"):
            spend(engagement, 1)

    def test_an_add_on_raises_it_for_this_engagement_only(self, engagement, people):
        spend(engagement, 480)
        add_on(engagement, 60, by=people["PM"].user)
        spend(engagement, 60)
        (hours,) = hours_of(engagement)
        assert (hours.limit, hours.added, hours.used, hours.left, hours.percent) == (480, 60, 540, 0, 100)
        other = make.engagement(engagement.organisation, engagement.package)
        with pytest.raises(HoursUsedUp):
            spend(other, 481)

    @pytest.mark.parametrize(("role", "may"), [("PM", True), ("COORDINATOR", True), ("ANALYST", False)])
    def test_who_approves(self, engagement, people, role, may):
        if may:
            assert add_on(engagement, 30, by=people[role].user).entered_by == people[role].user
        else:
            with pytest.raises(NotYours):
                add_on(engagement, 30, by=people[role].user)

    def test_a_pm_of_another_engagement_does_not(self, engagement):
        with pytest.raises(NotYours):
            add_on(engagement, 30, by=make.staff_member("PM").user)

    def test_a_mistake_is_taken_back_by_a_further_entry(self, engagement):
        spend(engagement, 100)
        spend(engagement, -40)
        assert hours_of(engagement)[0].used == 60
        with pytest.raises(HoursUsedUp):
            spend(engagement, -61)

    def test_sent_twice_it_counts_once(self, engagement):
        assert spend(engagement, 100, key="one") == spend(engagement, 100, key="one")
        assert hours_of(engagement)[0].used == 100

    def test_refusals(self, engagement, people):
        for minutes, fields, refusal in [
            (0, {}, BadEntry),
            (10, {"reason": " "}, BadEntry),
            (10, {"kind": "PRODUCTION"}, NoSuchHours),
            (10, {"by": make.member(engagement.organisation)}, NotYours),
            (10, {"by": make.staff_member("ANALYST").user}, NotYours),
        ]:
            with pytest.raises(refusal):
                spend(engagement, minutes, **fields)
        with pytest.raises(BadEntry):
            add_on(engagement, -10)
        cancel_engagement(engagement, by=None, now=NOW)
        with pytest.raises(EngagementClosed):
            spend(engagement, 10)


class TestWarning:
    def test_once_at_three_quarters_to_the_pm(self, engagement, people):
        spend(engagement, 359)
        assert warnings() == []
        spend(engagement, 1)
        spend(engagement, 60)
        assert warnings() == [people["PM"].user.email]
        message = Message.objects.get(key__contains="/hours-low/")
        assert message.subject.startswith("Hours running low (recording management): 2 h left")

    def test_again_for_a_new_limit(self, engagement):
        spend(engagement, 400)
        add_on(engagement, 120)
        spend(engagement, 49)
        assert len(warnings()) == 1
        spend(engagement, 1)
        assert len(warnings()) == 2


def test_six_and_a_half_hours_for_a_one_hour_event_by_the_plan():
    """Source: S54"""
    load_catalogue()
    make.staff_member("COORDINATOR")
    engagement = make.engagement(package=Package.objects.get(code="ec-premium"))
    spend(engagement, 80, kind="PRODUCTION", share="dry-run")
    spend(engagement, 5, kind="PRODUCTION")
    (hours,) = hours_of(engagement)
    assert (hours.limit, sum(part.planned for part in hours.plan)) == (390, 390)
    assert {part.code: part.used for part in hours.plan if part.used} == {"dry-run": 80, "": 5}


class TestDatabase:
    """No path around the rules, page, admin, API or bulk. Source: S55"""

    def entry(self, budget, minutes, kind="WORK"):
        with transaction.atomic():
            HoursEntry.objects.bulk_create([
                HoursEntry(organisation_id=budget.organisation_id, budget=budget, key=f"entry-{_number()}", kind=kind, minutes=minutes,
                           reason="x", entered_at=NOW)
            ])  # fmt: skip

    def test_hours_never_pass_their_limit(self, engagement):
        budget = HoursBudget.objects.get()
        self.entry(budget, 480)
        with pytest.raises(IntegrityError, match="hours_never_pass_their_limit"):
            self.entry(budget, 1)
        with pytest.raises(IntegrityError, match="hours_used_are_not_negative"):
            self.entry(budget, -481)
        self.entry(budget, 1, "ADD_ON")
        self.entry(budget, 1)

    @pytest.mark.parametrize(
        ("constraint", "kind", "minutes"), [("hours_entry_has_minutes", "WORK", 0), ("hours_add_on_adds", "ADD_ON", -5)]
    )
    def test_by_name(self, engagement, constraint, kind, minutes):
        with pytest.raises(IntegrityError, match=constraint):
            self.entry(HoursBudget.objects.get(), minutes, kind)

    def test_an_entry_stays_as_it_was_and_with_its_engagement(self, engagement):
        spend(engagement, 60)
        other = HoursBudget.objects.get(engagement=make.engagement(engagement.organisation, engagement.package))
        for change in (lambda rows: rows.update(budget=other), lambda rows: rows.update(minutes=1), lambda rows: rows.delete()):
            with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
                change(HoursEntry.objects.all())

    @pytest.mark.parametrize("column", ["used_minutes", "added_minutes", "limit_minutes", "kind", "engagement"])
    def test_a_balance_changes_by_entries_only(self, engagement, column):
        spend(engagement, 60)
        other = make.engagement(engagement.organisation, make.staffed_package())
        value = {"kind": "PRODUCTION", "engagement": other}.get(column, 5)
        with pytest.raises(IntegrityError, match=r"balance|stay with"), transaction.atomic():
            HoursBudget.objects.filter(engagement=engagement).update(**{column: value})

    def test_an_entry_names_its_own_organisation_s_budget(self, engagement):
        foreign = HoursBudget.objects.get(engagement=make.engagement(package=engagement.package))
        foreign.organisation_id = engagement.organisation_id
        with pytest.raises(IntegrityError, match="same_org"), transaction.atomic():
            self.entry(foreign, 5)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_random_histories_add_up(self, engagement):
        chance = random.Random(91)
        for _ in range(60):
            try:
                if chance.random() < 0.15:
                    add_on(engagement, chance.randrange(1, 60))
                else:
                    spend(engagement, chance.randrange(-30, 90) or 1)
            except HoursUsedUp:
                pass
            budget = HoursBudget.objects.get()
            entries = list(HoursEntry.objects.values_list("kind", "minutes"))
            assert budget.used_minutes == sum(minutes for kind, minutes in entries if kind == "WORK")
            assert budget.added_minutes == sum(minutes for kind, minutes in entries if kind == "ADD_ON")
            assert 0 <= budget.used_minutes <= budget.limit_minutes + budget.added_minutes
