"""Whose engagements one sees, and who is asked."""

from datetime import timedelta

import pytest

from customers.bearer import KeyBearer
from customers.tenancy import scope
from engagements.actions import substitute
from engagements.models import Engagement
from engagements.queries import coordinator_for, engagements_for_list, engagements_visible_to
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("everything")


@pytest.fixture
def analyst():
    make.staff_member("COORDINATOR")
    return make.staff_member("ANALYST")


def seen_by(user):
    return set(engagements_visible_to(user).values_list("number", flat=True))


class TestVisibility:
    @pytest.mark.parametrize("role", ["ADMINISTRATOR", "COORDINATOR", "PM"])
    def test_planners_see_everything(self, role):
        mine, other = make.engagement(), make.engagement()
        assert seen_by(make.staff_member(role).user) == {mine.number, other.number}
        assert seen_by(make.superuser()) == {mine.number, other.number}

    def test_analyst_sees_those_they_are_or_were_assigned_to(self, analyst):
        mine = make.engagement(booked=analyst)
        make.engagement()
        assert seen_by(analyst.user) == {mine.number}
        substitute(mine, role="ANALYST", staff_id=make.staff_member("ANALYST").pk, by=None, now=NOW)
        assert seen_by(analyst.user) == {mine.number}

    def test_staff_without_a_record_see_nothing(self):
        make.engagement()
        assert seen_by(make.staff_user()) == set()

    def test_customers_and_their_keys_see_their_organisations(self):
        organisation = make.organisation()
        mine = make.engagement(organisation)
        make.engagement()
        assert seen_by(make.member(organisation)) == {mine.number}
        assert seen_by(KeyBearer(make.api_key(organisation)[0])) == {mine.number}
        assert seen_by(make.member()) == set()

    def test_the_second_wall_hides_what_the_first_forgot(self):
        mine = make.engagement()
        make.engagement()
        with scope(mine.organisation):
            assert list(Engagement.objects.values_list("number", flat=True)) == [mine.number]

    @pytest.mark.parametrize("count", [1, 5])
    def test_list_takes_four_statements_however_long_it_is(self, analyst, django_assert_num_queries, count):
        for n in range(count):
            make.engagement(booked=analyst, days=make.day_briefs(make.EVENT_STARTS + n * timedelta(days=7)))
        reader = make.superuser()
        with django_assert_num_queries(4):
            rows = list(engagements_for_list(reader))
            assert [(len(row.days.all()), len(row.team), row.organisation.name, row.package.code) for row in rows]


class TestCoordinator:
    def test_nobody_is_named_when_there_is_none(self):
        assert coordinator_for(make.organisation().pk) is None

    def test_least_busy_first_then_lowest(self):
        first, second = make.staff_member("COORDINATOR"), make.staff_member("COORDINATOR")
        assert coordinator_for(make.organisation().pk) == first.user
        make.engagement()
        assert coordinator_for(make.organisation().pk) == second.user

    def test_one_on_leave_today_is_passed_over_for_a_new_customer(self):
        first, second = make.staff_member("COORDINATOR"), make.staff_member("COORDINATOR")
        make.leave(first, NOW - timedelta(days=1), NOW + timedelta(days=1))
        assert coordinator_for(make.organisation().pk, now=NOW) == second.user

    def test_customer_keeps_theirs_until_they_leave(self):
        first = make.staff_member("COORDINATOR")
        organisation = make.organisation()
        make.engagement(organisation)
        second = make.staff_member("COORDINATOR")
        assert coordinator_for(organisation.pk) == first.user
        first.is_active = False
        first.save(update_fields=["is_active"])
        assert coordinator_for(organisation.pk) == second.user

    def test_a_french_customer_gets_who_speaks_french(self):
        make.staff_member("COORDINATOR")
        french = make.staff_member("COORDINATOR", languages=["en", "fr"])
        assert coordinator_for(make.organisation(language="fr").pk) == french.user
