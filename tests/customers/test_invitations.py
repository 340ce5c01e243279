"""Joining an organisation by an invitation."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from customers.actions.inviting import InvitationGone, invite, join
from customers.actions.members import MemberAlready
from customers.keys import digest_of
from customers.models import Invitation, Membership, Role, User
from customers.tenancy import EVERYTHING, scope
from tests import make

ANSWERS = {"first_name": "Nora", "last_name": "New", "password": "a long enough sentence"}


@pytest.fixture
def northwind(db):
    return make.organisation("Northwind", key="northwind", language="fr", zone="Europe/Paris")


@pytest.fixture
def dana(northwind):
    return make.member(northwind, Role.ADMINISTRATOR, first_name="Dana", last_name="Reyes")


@pytest.fixture
def clock(time_machine_now):
    return time_machine_now


@pytest.fixture
def time_machine_now():
    import time_machine

    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def link(northwind, dana, clock) -> str:
    """The address in the mail to new@northwind.example."""
    with scope(EVERYTHING):
        invite(organisation=northwind, email="new@northwind.example", role=Role.ORDERER, by=dana, now=make.NOW)
    return next(word for word in mail.outbox[-1].body.split() if "/invitation/" in word).removeprefix("http://127.0.0.1:8000")


def readable(answer) -> bytes:
    """What stands on the page; around it lie this request's address and one-time values."""
    return answer.content.split(b"<main")[1].split(b"</main>")[0]


def only_invitation() -> Invitation:
    with scope(EVERYTHING):
        return Invitation.objects.latest("id")


def test_a_new_person_gives_a_name_and_a_password_and_is_in(client, link, northwind):
    assert b"Northwind" in client.get(link).content
    assert client.post(link, ANSWERS).status_code == 302
    nora = User.objects.get(email="new@northwind.example")
    assert (nora.get_full_name(), nora.language, nora.zone) == ("Nora New", "fr", "Europe/Paris")
    assert nora.check_password(ANSWERS["password"])
    assert EmailAddress.objects.get(user=nora).verified
    assert client.session["_auth_user_id"] == str(nora.pk)
    with scope(northwind):
        assert Membership.objects.get(user=nora).role == Role.ORDERER
    assert only_invitation().accepted_by == nora


def test_an_invitation_works_once(client, link):
    client.post(link, ANSWERS)
    other = type(client)()
    assert other.get(link).status_code == other.post(link, ANSWERS).status_code == 404


def test_opening_the_page_spends_nothing(client, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert only_invitation().accepted_at is None


def test_after_seven_days_it_is_gone(client, link, clock):
    clock.move_to(make.NOW + timedelta(days=7) - timedelta(seconds=1))
    assert client.get(link).status_code == 200
    clock.move_to(make.NOW + timedelta(days=7))
    assert client.get(link).status_code == 404
    assert client.post(link, ANSWERS).status_code == 404


def test_every_dead_link_gets_the_same_page(client, link, clock):
    unknown = client.get("/invitation/nobodys-token/")
    clock.move_to(make.NOW + timedelta(days=8))
    expired = client.get(link)
    assert unknown.status_code == expired.status_code == 404
    assert readable(expired) == readable(unknown)


def test_a_second_invitation_makes_the_first_worthless(client, link, northwind, dana):
    with scope(EVERYTHING):
        invite(organisation=northwind, email="NEW@northwind.example", role=Role.VIEWER, by=dana, now=make.NOW)
    assert client.get(link).status_code == 404


def test_the_token_is_stored_as_a_digest(link):
    invitation = only_invitation()
    token = link.split("/")[2]
    assert invitation.digest == digest_of(token)
    assert token not in repr(vars(invitation))


def test_the_page_is_not_kept_by_browsers_and_names_no_foreign_place(client, link):
    answer = client.get(link)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("password", ["short", "password1234", "new@northwind.example"])
def test_a_weak_password_is_refused_and_the_names_are_kept(client, link, password):
    page = client.post(link, ANSWERS | {"password": password})
    assert page.status_code == 200
    assert page.context["form"].errors["password"]
    assert b"Nora" in page.content
    assert only_invitation().accepted_at is None


def test_somebody_with_an_account_signs_in_and_joins_a_second_organisation(client, northwind, link):
    nora = make.member(make.organisation(key="other"), email="new@northwind.example")
    assert b"/accounts/login/?next=/invitation/" in client.get(link).content
    assert client.post(link, ANSWERS).status_code == 200  # not signed in: nothing happens
    client.force_login(nora)
    assert client.post(link).status_code == 302
    with scope(northwind):
        assert Membership.objects.get(user=nora).role == Role.ORDERER
    assert client.session["organisation"] == northwind.pk  # and works there now


def test_somebody_else_cannot_spend_it(client, link, northwind):
    client.force_login(make.member())
    assert client.get(link).status_code == client.post(link, ANSWERS).status_code == 200
    assert only_invitation().accepted_at is None


def test_staff_belong_to_no_organisation(client, link):
    client.force_login(make.staff_user("new@northwind.example"))
    answer = client.post(link)
    assert answer.status_code == 409
    assert only_invitation().accepted_at is None


@pytest.mark.promise(33, "inviting a known and an unknown address")
def test_inviting_says_nothing_about_who_has_an_account(client, dana):
    make.user("known@elsewhere.example")
    client.force_login(dana)
    answers = [
        client.post("/settings/members/invite/", {"email": email, "role": Role.VIEWER})
        for email in ("known@elsewhere.example", "unknown@elsewhere.example")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    texts = [sent.body.split("/invitation/")[0] for sent in mail.outbox]
    assert texts[0] == texts[1]


def test_a_member_is_not_invited_again(northwind, dana):
    with scope(northwind), pytest.raises(MemberAlready) as refusal:
        invite(organisation=northwind, email=dana.email.upper(), role=Role.VIEWER, by=dana, now=make.NOW)
    assert str(refusal.value) == f"{dana.email} is a member already."
    assert mail.outbox == []


def test_the_action_itself_refuses_another_address(link, northwind):
    with scope(northwind), pytest.raises(InvitationGone):
        join(invitation=only_invitation(), by=make.user(), now=make.NOW)


def test_line_breaks_in_a_name_do_not_reach_the_mails_header(northwind, dana):
    with scope(EVERYTHING):
        northwind.name = "North\r\nBcc: all@example.org"
        northwind.save(update_fields=["name"])
        invite(organisation=northwind, email="x@y.example", role=Role.VIEWER, by=dana, now=make.NOW)
    sent = mail.outbox[-1]
    assert "\n" not in sent.subject
    assert sent.recipients() == ["x@y.example"]
