"""Who enters the admin, and what each role may do there."""

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def signed_in(client, *roles, **fields):
    user = make.staff_user(**fields)
    make.staff_member(*roles, person=user)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ["COORDINATOR", "PM"])
def test_the_desk_comes_in(client, role):
    signed_in(client, role)
    assert client.get("/admin/").status_code == 200


def test_administrators_come_in_without_a_staff_record(client):
    client.force_login(make.superuser())
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", ["ANALYST", "PRODUCER"])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/scheduling/staffmember/", "/admin/scheduling/staffmember/1/change/"])
def test_for_analysts_and_producers_there_is_nothing(client, role, path):
    signed_in(client, role)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/scheduling/staffmember/", "/admin/jsi18n/"])
def test_nor_for_customers(client, path):
    client.force_login(make.member(role="ADMINISTRATOR"))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/?next=/admin/", "/admin/scheduling/staffmember/"])
def test_who_is_not_signed_in_signs_in_at_the_one_door(client, path):
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("permission", "coordinator", "pm", "producer"),
    [
        ("orders.change_order", True, False, False),
        ("orders.view_order", True, True, False),
        ("orders.delete_order", False, False, False),
        ("engagements.change_engagement", True, True, False),
        ("scheduling.delete_leave", True, False, False),
        ("catalog.change_packageservice", True, False, False),
        ("outbox.change_message", True, False, False),
        ("customers.change_organisation", False, False, False),
        ("customers.change_user", False, False, False),
        ("auth.change_group", False, False, False),
    ],
)
def test_the_table(permission, coordinator, pm, producer):
    people = [make.staff_member(role).user for role in ("COORDINATOR", "PM", "PRODUCER")]
    assert [user.has_perm(permission) for user in people] == [coordinator, pm, producer]
    assert make.superuser().has_perm(permission)


def test_a_role_without_the_staff_flag_counts_for_nothing():
    user = make.staff_member("COORDINATOR", person=make.user()).user
    assert not user.has_perm("orders.view_order")
    assert not user.has_module_perms("orders")
