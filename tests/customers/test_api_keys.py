"""How programs sign in."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.actions.api_keys import MOST_LIVE_KEYS, TooManyKeys, make_api_key
from customers.keys import digest_of, new_key, read_key
from customers.models import ApiKey
from customers.tenancy import EVERYTHING, current_scope, scope
from tests import make

pytestmark = pytest.mark.urls("tests.customers.urls")


@pytest.fixture
def acme(db):
    make.site(host_name="bolt.example")  # somebody else's
    return make.site(make.organisation("Acme"), host_name="acme.example").organisation


def ask(client, token, **headers):
    return client.get("/t/api/", headers={"Authorization": f"Bearer {token}", **headers})


def read_again(key: ApiKey) -> ApiKey:
    with scope(EVERYTHING):
        return ApiKey.objects.get(pk=key.pk)


def test_a_key_sees_its_organisation_through_both_walls(client, acme):
    _key, token = make.api_key(acme)
    assert ask(client, token).json() == ["acme.example", "acme.example"]
    assert current_scope() == ""


def test_a_key_made_by_staff_sees_no_more(client, acme):
    _key, token = make.api_key(acme, created_by=make.superuser())
    assert ask(client, token).json() == ["acme.example", "acme.example"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwdw==",
        "Bearer ap_x",
        "Bearer ap__y",
        "Bearer ap_x_",
        "Bearer \u00e9",
        "Bearer ap_a_" + "9" * 500,
        "Bearer ap_\x00_y",
    ],
)
def test_without_a_proper_key_the_answer_is_401_with_a_challenge(client, db, authorization):
    answer = client.get("/t/api/", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_every_bad_key_gets_the_same_answer(client, acme):
    now = datetime.now(UTC)
    key, token = make.api_key(acme)
    bad = [
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        new_key().token,
        f"ap_{key.prefix}_{new_key().token.split('_')[2]}",
        make.api_key(acme, created_at=now - timedelta(days=2), expires_at=now)[1],
        make.api_key(acme, revoked_at=now)[1],
    ]
    answers = {(answer.status_code, answer.content) for answer in (ask(client, each) for each in bad)}
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    assert ask(client, token).status_code == 200


def test_a_session_is_no_key(client, acme):
    """The API takes no cookies, so nothing there needs a CSRF token."""
    client.force_login(make.member(acme))
    assert client.get("/t/api/").status_code == 401


def test_a_scope_opens_what_it_names_and_a_view_without_one_is_closed(client, acme):
    _key, token = make.api_key(acme, scopes=["reports:read"])
    assert ask(client, token).status_code == 403
    _key, token = make.api_key(acme, scopes=["orders:read", "orders:write"])
    assert client.post("/t/api/", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_last_used_is_written_at_most_once_a_minute(client, acme, django_assert_num_queries):
    key, token = make.api_key(acme)
    ask(client, token)
    first = read_again(key).last_used_at
    assert first is not None
    ask(client, token)
    assert read_again(key).last_used_at == first
    with scope(EVERYTHING):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - timedelta(minutes=1))
    ask(client, token)
    assert read_again(key).last_used_at > first - timedelta(minutes=1)


def test_using_a_key_is_no_event_of_the_audit_trail(client, acme):
    key, token = make.api_key(acme)
    ask(client, token)
    with scope(EVERYTHING):
        assert key.events.count() == 1
        assert not hasattr(key.events.get(), "digest")


def test_a_token_is_long_and_its_digest_does_not_give_it_away():
    new = new_key()
    assert len(new.token) == 3 + 16 + 1 + 64
    shown = read_key(new.token)
    assert shown is not None
    assert shown.proves(new.digest)
    assert not shown.proves(digest_of("another"))
    assert not shown.proves(None)


def test_an_organisation_has_a_handful_of_live_keys(acme):
    for _ in range(MOST_LIVE_KEYS):
        make.api_key(acme, created_at=make.NOW)
    values = {"name": "x", "scopes": ["orders:read"], "valid_for": timedelta(days=90), "by": make.staff_user()}
    with scope(acme), pytest.raises(TooManyKeys):
        make_api_key(organisation=acme, now=make.NOW, **values)
    with scope(acme):
        assert make_api_key(organisation=acme, now=make.NOW + timedelta(days=365), **values).token  # those have expired
