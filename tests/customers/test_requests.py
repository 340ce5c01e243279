"""The scope of a request: whose rows a page sees, and what a failed one leaves behind."""

import pytest
from django.db import connection

from customers.models import Membership, Role, Site
from customers.tenancy import EVERYTHING, current_scope, scope
from tests import make

pytestmark = pytest.mark.urls("tests.customers.urls")


@pytest.fixture
def acme(db):
    return make.site(make.organisation("Acme", key="acme"), host_name="acme.example").organisation


@pytest.fixture
def bolt(db):
    return make.site(make.organisation("Bolt", key="bolt"), host_name="bolt.example").organisation


@pytest.fixture
def ann(acme):
    return make.member(acme)


def body(answer) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_a_page_shows_nobody_nothing_a_customer_their_own_and_staff_everything(client, acme, bolt, ann):
    assert body(client.get("/t/sites/")) == ""
    client.force_login(ann)
    assert body(client.get("/t/sites/")) == "acme.example"
    client.force_login(make.staff_user())
    assert body(client.get("/t/sites/")) == "acme.example,bolt.example"
    client.logout()
    assert body(client.get("/t/sites/")) == ""
    assert current_scope() == ""


def test_somebody_without_an_organisation_sees_nothing(client, acme):
    client.force_login(make.user())
    assert body(client.get("/t/sites/")) == ""
    assert client.get("/t/members/").status_code == 404


def test_a_page_rendered_late_and_a_stream_keep_the_scope(client, acme, bolt, ann):
    client.force_login(ann)
    assert body(client.get("/t/lazy/")) == "acme.example;"
    answer = client.get("/t/stream/")
    assert current_scope() == ""
    assert body(answer) == "acme.example\n"
    assert current_scope() == ""


def test_a_stream_that_is_given_up_leaves_nothing_open(client, transactional_db):
    acme = make.site(host_name="acme.example").organisation
    client.force_login(make.member(acme))
    answer = client.get("/t/stream/")
    chunks = iter(answer.streaming_content)
    assert next(chunks) == b"acme.example\n"
    answer.close()
    del chunks, answer
    assert not connection.in_atomic_block
    assert current_scope() == ""


@pytest.mark.parametrize(("page", "status"), [("/t/crash/", 500), ("/t/503/", 503)])
def test_an_answer_of_500_or_more_keeps_no_row(client, acme, ann, page, status):
    client.raise_request_exception = False
    client.force_login(ann)
    assert client.get(f"{page}?for={acme.pk}").status_code == status
    with scope(EVERYTHING):
        assert Site.objects.count() == 1
    assert current_scope() == ""
    assert body(client.get("/t/sites/")) == "acme.example"


def test_an_error_page_can_be_shown_after_broken_sql(client, ann):
    client.raise_request_exception = False
    client.force_login(ann)
    assert client.get("/t/broken-sql/").status_code == 500
    assert client.get("/t/gone/").status_code == 404
    assert current_scope() == ""


def test_a_page_cannot_write_for_another_organisation(client, acme, bolt, ann):
    client.raise_request_exception = False
    client.force_login(ann)
    assert client.get(f"/t/503/?for={bolt.pk}").status_code == 500


# Somebody in two organisations --------------------------------------------------------------------------------------


def test_somebody_in_two_organisations_works_in_one_at_a_time(client, acme, bolt, ann):
    make.membership(bolt, Role.VIEWER, ann)
    client.force_login(ann)
    assert body(client.get("/t/sites/")) == "acme.example"
    assert client.post("/organisation/", {"organisation": "bolt"}).status_code == 302
    assert body(client.get("/t/sites/")) == "bolt.example"
    assert body(client.get("/t/members/")) == "bolt"
    assert client.get("/t/orderers/").status_code == 404  # a viewer there, an orderer in Acme
    client.post("/organisation/", {"organisation": "acme"})
    assert client.get("/t/orderers/").status_code == 200


def test_the_switch_shows_only_organisations_one_belongs_to(client, acme, bolt, ann):
    client.force_login(ann)
    assert client.post("/organisation/", {"organisation": "bolt"}).status_code == 404
    assert client.post("/organisation/", {"organisation": "none"}).status_code == 404
    assert body(client.get("/t/sites/")) == "acme.example"


def test_leaving_the_chosen_organisation_leads_back_to_the_other(client, acme, bolt, ann):
    second = make.membership(bolt, Role.ORDERER, ann)
    client.force_login(ann)
    client.post("/organisation/", {"organisation": "bolt"})
    with scope(EVERYTHING):
        Membership.objects.get(pk=second.pk).delete()
    assert body(client.get("/t/sites/")) == "acme.example"


def test_who_is_switched_off_is_out_at_once(client, acme, ann):
    client.force_login(ann)
    ann.is_active = False
    ann.save(update_fields=["is_active"])
    assert client.get("/t/members/").status_code == 302
    assert body(client.get("/t/sites/")) == ""


# Audiences ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "nobody", "viewer", "orderer", "staff", "administrator"),
    [
        ("/t/anyone/", 200, 200, 200, 200, 200),
        ("/t/signed-in/", 302, 200, 200, 200, 200),
        ("/t/members/", 302, 200, 200, 404, 404),
        ("/t/orderers/", 302, 404, 200, 404, 404),
        ("/t/staff/", 302, 404, 404, 200, 200),
        ("/t/pm/", 302, 404, 404, 404, 200),
    ],
)
def test_who_opens_what(client, acme, page, nobody, viewer, orderer, staff, administrator):
    assert client.get(page).status_code == nobody
    for person, status in (
        (make.member(acme, Role.VIEWER), viewer),
        (make.member(acme, Role.ORDERER), orderer),
        (make.staff_user(), staff),
        (make.superuser(), administrator),
    ):
        client.force_login(person)
        assert client.get(page).status_code == status


def test_a_guarded_view_says_whom_it_is_for():
    from tests.customers import urls

    assert (urls.for_orderers.audience.kind, urls.for_orderers.audience.roles) == ("customer", ("ORDERER",))
    assert (urls.for_project_managers.audience.kind, urls.for_project_managers.audience.roles) == ("staff", ("PM",))
    assert urls.for_anyone.audience.kind == "anyone"


def test_what_a_signed_in_page_costs(client, acme, ann, django_assert_num_queries):
    """Begin, nobody, session, person, everything, memberships, nobody, own scope, [the page], and their savepoints."""
    client.force_login(ann)
    client.get("/t/members/")
    with django_assert_num_queries(12):
        client.get("/t/members/")
