"""The provider's screens for customers."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from customers.models import ApiKey, Invitation, Membership, Organisation, Role, User
from customers.tenancy import EVERYTHING, scope
from tests import make


@pytest.fixture
def admin(client, db) -> User:
    person = make.superuser("admin@assist.example")
    client.force_login(person)
    return person


def test_every_screen_opens(client, admin):
    organisation = make.organisation("Northwind")
    rows = {
        "organisation": organisation,
        "site": make.site(organisation),
        "membership": make.membership(organisation, Role.ADMINISTRATOR),
        "invitation": make.invitation(organisation),
        "apikey": make.api_key(organisation)[0],
        "user": admin,
    }
    for name, row in rows.items():
        assert client.get(f"/admin/customers/{name}/").status_code == 200
        assert client.get(f"/admin/customers/{name}/?q=north").status_code == 200
        assert client.get(f"/admin/customers/{name}/{row.pk}/change/").status_code == 200
        assert client.get(f"/admin/customers/{name}/{row.pk}/history/").status_code == 200
        assert client.post(f"/admin/customers/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_organisation_is_made_with_its_sites(client, admin):
    form = {
        "name": "Globex", "key": "globex", "language": "fr", "zone": "America/Montreal", "lead_time_policy": "BLOCK",
        "sites-TOTAL_FORMS": "1", "sites-INITIAL_FORMS": "0", "sites-0-host_name": "globex.webex.example", "sites-0-platform": "EVENTS",
        "sites-0-zone": "America/Montreal", "sites-0-schedule_updates": "MANUAL", "sites-0-is_active": "on",
    }  # fmt: skip
    assert client.post("/admin/customers/organisation/add/", form).status_code == 302
    with scope(EVERYTHING):
        assert Organisation.objects.get(key="globex").sites.get().host_name == "globex.webex.example"


def test_the_first_administrator_is_invited(client, admin):
    organisation = make.organisation()
    form = {"organisation": organisation.pk, "email": "Gina@globex.example", "role": Role.ADMINISTRATOR}
    assert client.post("/admin/customers/invitation/add/", form).status_code == 302
    assert mail.outbox[0].to == ["gina@globex.example"]
    assert client.post("/admin/customers/invitation/add/", form).status_code == 302  # again: the first is withdrawn
    with scope(EVERYTHING):
        first, second = Invitation.objects.order_by("pk")
        assert first.withdrawn_at is not None
        client.post("/admin/customers/invitation/", {"action": "withdraw", "_selected_action": [second.pk]})
        second.refresh_from_db()
        assert second.withdrawn_at is not None


def test_somebody_who_belongs_there_is_not_invited_again(client, admin):
    member = make.membership()
    form = {"organisation": member.organisation_id, "email": member.user.email, "role": Role.VIEWER}
    answer = client.post("/admin/customers/invitation/add/", form)
    assert answer.status_code == 200
    assert "is a member already" in answer.content.decode()


def test_staff_get_an_account_with_a_verified_address_and_no_password(client, admin):
    form = {
        "email": "Priya@assist.example",
        "first_name": "Priya",
        "last_name": "Rao",
        "phone": "",
        "language": "en",
        "zone": "UTC",
        "is_active": "on",
        "is_staff": "on",
    }
    assert client.post("/admin/customers/user/add/", form).status_code == 302
    priya = User.objects.get(email="priya@assist.example")
    assert priya.is_staff
    assert not priya.has_usable_password()
    assert EmailAddress.objects.get(user=priya).verified
    del form["is_active"]
    assert client.post(f"/admin/customers/user/{priya.pk}/change/", form).status_code == 302
    priya.refresh_from_db()
    assert not priya.is_active


def test_an_administrator_who_is_not_staff_is_refused_with_a_sentence(client, admin):
    form = {
        "email": "x@assist.example",
        "first_name": "",
        "last_name": "",
        "phone": "",
        "language": "en",
        "zone": "UTC",
        "is_active": "on",
        "is_superuser": "on",
    }
    answer = client.post("/admin/customers/user/add/", form)
    assert "is staff as well" in answer.content.decode()


def test_only_administrators_of_the_portal_edit_people(client, db):
    client.force_login(make.staff_member("COORDINATOR").user)
    assert client.get("/admin/customers/user/").status_code == 403
    assert client.get("/admin/customers/user/add/").status_code == 403


def test_the_last_administrator_stays_here_too(client, admin):
    member = make.membership(role=Role.ADMINISTRATOR)
    answer = client.post(f"/admin/customers/membership/{member.pk}/change/", {"role": Role.VIEWER})
    assert "is the only administrator" in answer.content.decode()
    client.post("/admin/customers/membership/", {"action": "remove", "_selected_action": [member.pk]})
    with scope(EVERYTHING):
        assert Membership.objects.get(pk=member.pk).role == Role.ADMINISTRATOR


def test_a_key_is_revoked_and_never_shown(client, admin):
    key, _token = make.api_key()
    assert key.digest not in client.get(f"/admin/customers/apikey/{key.pk}/change/").content.decode()
    client.post("/admin/customers/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    with scope(EVERYTHING):
        assert ApiKey.objects.get(pk=key.pk).revoked_at is not None


def test_the_audit_trail_says_who_changed_what(client, admin):
    organisation = make.organisation("Northwind")
    dana = make.member(organisation, Role.ADMINISTRATOR, email="dana@northwind.example")
    other = type(client)()
    other.force_login(dana)
    other.post("/settings/preferences/", {"language": "fr", "zone": "Europe/Paris"})
    page = client.get(f"/admin/customers/organisation/{organisation.pk}/history/").content.decode()
    assert "dana@northwind.example" in page
    assert "<s>UTC</s> → Europe/Paris" in page
    assert "<s>English</s> → French" in page
    assert "The portal itself" in page  # the test made the row outside any request
