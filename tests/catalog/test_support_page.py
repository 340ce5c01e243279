"""Support: guides, library and whom to ask. Source: S10, S11, S79"""

import pytest

from catalog.models import Resource
from catalog.queries import library
from customers.models import Role
from customers.tenancy import EVERYTHING, scope
from tests import make

pytestmark = pytest.mark.usefixtures("loaded_once", "db")


def test_a_stranger_signs_in_first(client):
    assert client.get("/support/").headers["Location"] == "/accounts/login/?next=/support/"


def test_a_customer_finds_the_administrators_by_name_and_the_coordinator(client):
    organisation = make.organisation()
    make.member(organisation, Role.ADMINISTRATOR, first_name="Dana", last_name="Reyes", email="dana@northwind.example")
    make.member(make.organisation(), Role.ADMINISTRATOR, email="gina@globex.example")
    with scope(EVERYTHING):
        make.staff_member("COORDINATOR", person=make.staff_user("carmen@assist.example"))
    client.force_login(make.member(organisation, Role.VIEWER))
    shown = client.get("/support/").content.decode()
    assert "Dana Reyes" in shown
    assert 'href="mailto:dana@northwind.example"' in shown
    assert 'href="mailto:carmen@assist.example"' in shown
    assert "globex" not in shown
    for resource in Resource.objects.all():
        assert resource.title_en in shown


def test_staff_find_the_library(client):
    client.force_login(make.staff_user())
    shown = client.get("/support/").content.decode()
    assert "How ordering works" in shown
    assert "Whom to ask" not in shown


def test_the_library_takes_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        shelves = library()
    assert [shelf.family and shelf.family.code for shelf in shelves] == [None, "ec", "tc", "mc", "events"]
