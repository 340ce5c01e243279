"""The planners' screens."""

from datetime import timedelta

import pytest

from tests import make
from tests.make import EVENT_STARTS

LIST = "/admin/engagements/engagement/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement():
    package = make.staffed_package()
    make.duty(package, "DAY_START", title_en="Open the room")
    for role in ("PM", "COORDINATOR"):
        make.staff_member(role)
    return make.engagement(package=package, booked=make.staff_member("ANALYST"), days=make.day_briefs(days=2))


def page(client, user, address=LIST):
    client.force_login(user)
    return client.get(address)


@pytest.mark.parametrize("role", ["COORDINATOR", "PM"])
def test_planners_see_number_customer_days_with_zone_state_and_team(client, engagement, role):
    content = page(client, make.staff_member(role).user).content.decode()
    days = ("Tue 6 April 2027, 10:00 to 12:00, Montreal (UTC-4)", "Wed 7 April 2027")
    for said in (engagement.number, engagement.organisation.name, *days, "Staffed", "Analyst:"):
        assert said in content


@pytest.mark.parametrize("role", ["ANALYST", "PRODUCER"])
def test_others_do_not_get_in(client, engagement, role):
    assert page(client, make.staff_member(role).user).status_code == 404


def test_one_engagement_shows_days_team_and_duties_and_offers_no_saving(client, engagement):
    content = page(client, make.superuser(), f"{LIST}{engagement.pk}/change/").content.decode()
    for said in ("09:30 to 12:30", "Open the room (day 2)", "Free for all of it, and booked", engagement.contact_email):
        assert said in content
    assert 'name="_save"' not in content


def test_nothing_can_be_written(client, engagement):
    client.force_login(make.superuser())
    assert client.post(f"{LIST}{engagement.pk}/change/", {"state": "CLOSED"}).status_code == 403
    assert client.post(f"{LIST}add/", {}).status_code == 403
    assert client.post(f"{LIST}{engagement.pk}/delete/", {"post": "yes"}).status_code == 403


def test_history_names_what_happened(client, engagement):
    response = page(client, make.superuser(), f"{LIST}{engagement.pk}/history/")
    assert response.status_code == 200
    assert engagement.number in response.content.decode()


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_takes_so_many_statements_however_long_it_is(client, engagement, count, django_assert_num_queries):
    for n in range(1, count):
        make.engagement(days=make.day_briefs(EVENT_STARTS + n * timedelta(days=9)))
    reader = make.superuser()
    page(client, reader)
    with django_assert_num_queries(18):
        assert client.get(LIST).status_code == 200
