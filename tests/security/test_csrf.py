"""No address changes anything for a form that is not ours, and none for a mere look. Source: promises row 38"""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from customers.tenancy import EVERYTHING, scope
from tests.reliability.figures import FULL
from tests.security.addresses import Address, addresses, samples, some_addresses
from tests.security.tenants import TwoTenants, Visitor, browser

pytestmark = pytest.mark.timeout(1800)  # on a busy machine
# What a look may write, with its reason.
MAY_CHANGE = {
    "django_session": "allauth remembers in the session where a sign-in stands",
    "portal_cache": "sign-in counts its tries",
    "customers_ratecount": "tries are counted",
    "customers_apikey": "last_used_at",
    "usersessions_usersession": "when the session was last seen",
}
WITHOUT_FORM_TOKEN = {
    "hooks/webex/<str:token>/": "signed by the site that sends it",
    "unsubscribe/<str:token>/": "mail programs post there by themselves (RFC 8058); the signed token opens nothing else",
    "api/v1/": "no cookie opens it, only a key in a header",
    "healthz": "answered before sessions are looked at; GET only",
    "readyz": "answered before sessions are looked at; GET only",
    "metrics": "answered before sessions are looked at; GET only",
    ".well-known/security.txt": "answered before sessions are looked at; GET only",
}


FORGED = pytest.mark.promise(38, "requests without our form's token to every address; every look, and the database after it")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def paths(world: TwoTenants, asked: list[Address], role: str = "") -> list[tuple[Address, str]]:
    """Each address with an object of ours."""
    with scope(EVERYTHING):
        return [(address, address.path(**(samples(address, world, role).own if address.parameters else {}))) for address in asked]


OTHERS = ("PUT", "PATCH", "DELETE")
REQUESTS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a wrong token": {"data": "csrfmiddlewaretoken=" + "x" * 64, "content_type": "application/x-www-form-urlencoded"},
    "json as text": {"data": '{"accept": "1"}', "content_type": "text/plain"},
    "from another site": {"HTTP_ORIGIN": "https://evil.example", "data": "accept=1", "content_type": "application/x-www-form-urlencoded"},
}


def methods_for(number: int, sent: str) -> tuple[str, ...]:
    if sent == "nothing":
        return ("POST", *(OTHERS if FULL else OTHERS[number % len(OTHERS) :][:1]))
    return ("POST",) if FULL or (number + list(REQUESTS).index(sent)) % 3 == 0 else ()


@FORGED
@pytest.mark.parametrize("sent", REQUESTS)
def test_no_unsafe_request_passes_without_the_form_token(world: TwoTenants, sent: str, record_property: Callable[[str, int], None]) -> None:
    """Signed in as who may do everything there; a common run sends nothing to each, and deals the rest out."""
    boss, administrator = world.staff["portal administrator"].user, world.ours.people["ADMINISTRATOR"]
    clients = {start: browser(person, enforce_csrf_checks=True) for start, person in (("admin/", boss), ("", administrator))}
    passed, asked = [], 0
    for number, (address, path) in enumerate(paths(world, some_addresses())):
        client = next(client for start, client in clients.items() if address.route.startswith(start))
        for method in methods_for(number, sent):
            answer = client.generic(method, path, **REQUESTS[sent])
            asked += 1
            if answer.status_code != 403 and not any(map(address.route.startswith, WITHOUT_FORM_TOKEN)):
                passed.append(f"{method} {address.route}: {answer.status_code}")
    assert passed == []
    record_property("n", asked)


@FORGED
def test_a_cookie_opens_no_api(world: TwoTenants) -> None:
    """The control of the exception above."""
    client = world.visitors["administrator"].client
    calls = [path for address, path in paths(world, addresses()) if address.route.startswith("api/v1/")]
    assert len(calls) > 20
    open_to_all = {"/api/v1/docs/", "/api/v1/openapi.json"}  # they describe the calls, and write nothing
    answers = {path: client.post(path, "{}", content_type="application/json").status_code for path in calls}
    assert {path for path, status in answers.items() if status != 401} == open_to_all


def test_with_the_form_token_it_passes(world: TwoTenants) -> None:
    """The control: otherwise everything would be refused for another reason."""
    client = browser(world.ours.orderer, enforce_csrf_checks=True)
    client.get("/settings/me/")
    token = {"csrfmiddlewaretoken": client.cookies["csrf"].value}
    assert client.post("/settings/me/", token).status_code == 200
    assert client.post("/settings/me/", token, headers={"Origin": "https://evil.example"}).status_code == 403


# A look changes nothing ---------------------------------------------------------------------------------------------


def state_of_the_database() -> dict[str, str]:
    """One digest per table."""
    tables = sorted(set(connection.introspection.table_names()) - MAY_CHANGE.keys())
    found = {}
    with scope(EVERYTHING), connection.cursor() as cursor:
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(coalesce(string_agg(each::text, '|' ORDER BY each::text), '')) FROM {name} AS each")
            found[table] = cursor.fetchone()[0]
    return found


def changed(before: dict[str, str]) -> list[str]:
    after = state_of_the_database()
    return [table for table, digest in before.items() if after[table] != digest]


LOOKERS = ("anonymous", "guest", "viewer", "orderer", "administrator", "analyst", "coordinator", "portal administrator")


@FORGED
@pytest.mark.parametrize("name", LOOKERS)
def test_looking_changes_nothing(world: TwoTenants, name: str, record_property: Callable[[str, int], None]) -> None:
    """Every address as a page, also with what a button would send in the address; a common run deals the addresses out."""
    visitor: Visitor = world.visitors[name]
    before, looked = state_of_the_database(), 0
    with visitor.kept_session():
        for address, path in paths(world, some_addresses(LOOKERS.index(name), ours=5, admin=8), name):
            if visitor.is_desk or not address.is_admin:
                looked += 2
                visitor.ask("GET", path)
                visitor.ask("GET", path, {"confirm": "1", "accept": "1", "wait": "1", "package": "mc-premium", "action": "delete_selected"})
    assert changed(before) == []
    record_property("n", looked)


def test_a_change_would_be_seen(world: TwoTenants) -> None:
    """The control."""
    before = state_of_the_database()
    world.visitors["orderer"].ask("POST", "/orders/new/", {"package": "mc-premium"})
    assert "orders_order" in changed(before)
