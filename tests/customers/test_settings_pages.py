"""The settings of an organisation, as its administrator uses them."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from customers.models import ApiKey, Invitation, Membership, Organisation, Role, Site
from customers.tenancy import EVERYTHING, scope
from tests import make


@pytest.fixture
def northwind(db) -> Organisation:
    return make.organisation("Northwind Training", key="northwind", zone="America/New_York")


@pytest.fixture
def dana(client, northwind):
    """The administrator, signed in."""
    person = make.member(northwind, Role.ADMINISTRATOR, email="dana@northwind.example", first_name="Dana", last_name="Reyes")
    client.force_login(person)
    return person


def sees(row):
    with scope(EVERYTHING):
        row.refresh_from_db()
    return row


def test_the_settings_show_everything_of_the_organisation_and_nothing_of_another(client, dana, northwind):
    make.site(northwind, host_name="northwind.webex.example")
    make.member(northwind, email="omar@northwind.example")
    make.invitation(
        northwind, email="new@northwind.example", created_at=make.NOW.replace(year=2026), expires_at=make.NOW.replace(year=2100)
    )
    make.api_key(northwind, name="The CRM of Northwind")
    globex = make.organisation("Globex")
    make.site(globex, host_name="globex.webex.example")
    make.member(globex, email="gina@globex.example")
    make.api_key(globex, name="The CRM of Globex")
    page = client.get(reverse("customers:settings")).content.decode()
    for text in (
        "dana@northwind.example",
        "omar@northwind.example",
        "northwind.webex.example",
        "new@northwind.example",
        "The CRM of Northwind",
    ):
        assert text in page
    assert "lobex" not in page


@pytest.mark.parametrize("role", [Role.ORDERER, Role.VIEWER])
def test_only_administrators_find_the_settings(client, northwind, role):
    client.force_login(make.member(northwind, role))
    assert client.get("/settings/").status_code == 404
    assert client.post("/settings/members/invite/", {"email": "a@b.example", "role": "VIEWER"}).status_code == 404


def test_without_sign_in_the_settings_lead_to_the_sign_in_page(client, db):
    answer = client.get("/settings/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/settings/"


def test_a_site_is_listed_and_changed(client, dana, northwind):
    values = {"host_name": "HTTPS://Acme.webex.com/", "platform": "EVENTS", "zone": "America/Montreal", "schedule_updates": "MANUAL"}
    assert client.post("/settings/sites/add/", values).status_code == 302
    with scope(northwind):
        site = Site.objects.get()
    assert (site.host_name, site.platform, site.zone) == ("acme.webex.com", "EVENTS", "America/Montreal")
    again = client.post("/settings/sites/add/", values)
    assert "acme.webex.com is listed already." in again.content.decode()
    changed = {"platform": "MEETINGS", "zone": "UTC", "schedule_updates": "AUTO_AFTER_CONFIRM"}  # is_active not ticked
    assert client.post("/settings/sites/acme.webex.com/", changed).status_code == 302
    assert (sees(site).schedule_updates, site.is_active) == ("AUTO_AFTER_CONFIRM", False)


@pytest.mark.parametrize(
    "host_name", ["acme", "acme.webex.com/path", "ac me.webex.com", "-a.example", "a..example", "x" * 260 + ".example", "a\nb.example"]
)
def test_what_is_no_host_name_is_refused_and_kept_in_the_form(client, dana, northwind, host_name):
    page = client.post("/settings/sites/add/", {"host_name": host_name, "platform": "EVENTS", "zone": "UTC", "schedule_updates": "MANUAL"})
    assert page.status_code == 200
    assert page.context["form"].errors["host_name"]
    with scope(northwind):
        assert not Site.objects.exists()


def test_another_organisations_site_looks_like_a_missing_one(client, dana):
    make.site(make.organisation(), host_name="theirs.webex.example")
    foreign, missing = client.get("/settings/sites/theirs.webex.example/"), client.get("/settings/sites/nobodys.webex.example/")
    assert foreign.status_code == missing.status_code == 404
    assert b"theirs" not in foreign.content.split(b"<main")[1].split(b"</main>")[0]
    assert foreign.content.split(b"<main")[1].split(b"</main>")[0] == missing.content.split(b"<main")[1].split(b"</main>")[0]


def test_a_role_changes_at_the_next_request(client, dana, northwind):
    omar = make.membership(northwind, Role.ADMINISTRATOR, make.user("omar@northwind.example"))
    client.post(f"/settings/members/{omar.key}/", {"role": Role.VIEWER})
    assert sees(omar).role == Role.VIEWER
    client.force_login(omar.user)
    assert client.get("/settings/").status_code == 404


def test_a_removed_member_is_out_at_once(client, dana, northwind):
    omar = make.membership(northwind, Role.ADMINISTRATOR, make.user("omar@northwind.example"))
    other = type(client)()
    other.force_login(omar.user)
    assert other.get("/settings/").status_code == 200
    client.post(f"/settings/members/{omar.key}/remove/")
    assert other.get("/settings/").status_code == 404


def test_the_last_administrator_stays(client, dana, northwind):
    with scope(northwind):
        own = Membership.objects.get()
    page = client.post(f"/settings/members/{own.key}/", {"role": Role.ORDERER})
    assert "Dana Reyes is the only administrator." in page.content.decode()
    removed = client.post(f"/settings/members/{own.key}/remove/", follow=True)
    assert "Dana Reyes is the only administrator." in removed.content.decode()
    assert sees(own).role == Role.ADMINISTRATOR


def test_preferences_are_saved_and_the_providers_terms_are_not_theirs_to_change(client, dana, northwind):
    client.post(
        "/settings/preferences/", {"language": "fr", "zone": "Europe/Paris", "lead_time_policy": "ADVISE", "shows_contract_price": ""}
    )
    sees(northwind)
    assert (northwind.language, northwind.zone) == ("fr", "Europe/Paris")
    assert (northwind.lead_time_policy, northwind.shows_contract_price) == ("NEEDS_APPROVAL", True)


def test_an_api_key_is_shown_once_and_stored_as_a_digest(client, dana, northwind):
    made = client.post("/settings/keys/add/", {"name": "CRM", "scopes": ["orders:read"], "valid_for": "90"})
    token = re.search(r"ap_[0-9a-f]{16}_[0-9a-f]{64}", made.content.decode()).group()
    assert "no-store" in made["Cache-Control"]
    assert token not in client.get("/settings/").content.decode()
    with scope(northwind):
        key = ApiKey.objects.get()
    assert key.prefix in token
    assert key.digest not in token
    assert (key.expires_at - key.created_at).days == 90
    client.post(f"/settings/keys/{key.prefix}/revoke/")
    assert sees(key).revoked_at is not None


def test_an_invitation_goes_out_as_a_mail_and_its_token_is_stored_as_a_digest_only(client, dana, northwind):
    client.post("/settings/members/invite/", {"email": "New@Northwind.example", "role": Role.ORDERER})
    with scope(northwind):
        invitation = Invitation.objects.get()
    assert invitation.email == "new@northwind.example"
    (sent,) = mail.outbox
    assert sent.to == ["new@northwind.example"]
    token = re.search(r"http://127.0.0.1:8000/invitation/(\S+)/", sent.body).group(1)
    assert len(token) >= 43  # 256 bits
    assert token not in str(vars(invitation))
    assert "new@northwind.example" in client.get("/settings/").content.decode()
    client.post(f"/settings/invitations/{invitation.key}/withdraw/")
    assert sees(invitation).withdrawn_at is not None
    assert client.get(f"/invitation/{token}/").status_code == 404


def test_the_profile_is_everybodys_own(client, dana):
    values = {
        "first_name": "Dani", "last_name": "Reyes", "phone": "+1 514 555 0123", "language": "fr", "zone": "America/Montreal",
        "report_mails": "WEEKLY",
    }  # fmt: skip
    extra = {"is_staff": "on", "is_superuser": "on", "email": "x@x.example"}
    assert client.post("/settings/me/", values | extra).status_code == 302
    dana.refresh_from_db()
    assert (dana.first_name, dana.phone.as_e164, dana.language, dana.zone) == ("Dani", "+15145550123", "fr", "America/Montreal")
    assert (dana.is_staff, dana.is_superuser, dana.email) == (False, False, "dana@northwind.example")


def test_line_breaks_in_a_name_are_refused(client, dana):
    values = {"first_name": "Da\u202ena", "last_name": "Re\x0byes", "phone": "", "language": "en", "zone": "UTC", "report_mails": "OFF"}
    errors = client.post("/settings/me/", values).context["form"].errors
    assert set(errors) == {"first_name", "last_name"}


def test_a_foreign_member_key_or_invitation_looks_missing(client, dana):
    globex = make.organisation()
    theirs = make.membership(globex, Role.ADMINISTRATOR)
    key, _token = make.api_key(globex)
    invitation = make.invitation(globex)
    assert client.get(f"/settings/members/{theirs.key}/").status_code == 404
    for address in (
        f"/settings/members/{theirs.key}/remove/",
        f"/settings/keys/{key.prefix}/revoke/",
        f"/settings/invitations/{invitation.key}/withdraw/",
    ):
        assert client.post(address).status_code == 404
    assert sees(key).revoked_at is None
    assert sees(invitation).withdrawn_at is None


def test_buttons_do_nothing_on_get(client, dana, northwind):
    key, _token = make.api_key(northwind)
    assert client.get(f"/settings/keys/{key.prefix}/revoke/").status_code == 405
    assert client.get("/organisation/").status_code == 405
