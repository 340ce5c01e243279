"""What a fault of ours says to whoever meets it: nothing, but for the name of the request. Source: promises row 55"""

import re
from typing import Any

import pytest

from assist_portal.middleware import MACHINES
from customers.tenancy import EVERYTHING, scope
from tests.reliability.figures import FULL
from tests.security.addresses import Address, addresses, samples
from tests.security.crashing import WORDS, Fault, fail
from tests.security.tenants import TwoTenants, Visitor, text_of

ROW = "a fault forced at every address, for each kind of visitor and method"
VISITORS = ("anonymous", "administrator", "coordinator", "portal administrator", "our key") if FULL else ("anonymous", "our key")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE") if FULL else ("GET",)
TELLING = ("Traceback", "File &quot;", 'File "', ".py", WORDS, Fault.__name__, "DEBUG", "settings", "django", "python", "postgres")
NAMED = re.compile(r"name this request: ([\w-]+)")


@pytest.fixture
def crashing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every view fails; the machines' are found before any middleware of ours."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.security.crashing.CrashInTheView"]
    for path in MACHINES:
        monkeypatch.setitem(MACHINES, path, fail)


def asked(world: TwoTenants, visitor: Visitor) -> list[tuple[Address, str]]:
    with scope(EVERYTHING):
        every = [each for each in addresses() if not each.is_admin]
        every += [each for each in addresses() if each.is_admin][:: 1 if FULL else 8]  # which are alike
        every = [each for each in every if each.route.startswith("api/") or visitor.name != "our key"]
        return [(each, each.path(**(samples(each, world, visitor.name).own if each.parameters else {}))) for each in every]


def faults_of(answer: Any, address: Address, *, fails: bool) -> list[str]:
    """What it tells, and what it should have said."""
    body = text_of(answer)
    found = [word for word in TELLING if word in body]
    if not fails:
        return found
    found += [f"answers {answer.status_code}"] if answer.status_code != 500 else []
    if address.route.startswith("api/"):
        return found + (["no problem of the API"] if answer.json() != PROBLEM else [])
    named = NAMED.search(body)
    return found + ([] if named and named[1] == answer["X-Request-ID"] else ["does not name the request"])


PROBLEM = {
    "type": "urn:assist-portal:problem:server_error",
    "title": "Internal Server Error",
    "status": 500,
    "detail": "Server got itself in trouble",
    "code": "server_error",
}


@pytest.mark.timeout(1800)
@pytest.mark.promise(55, ROW)
@pytest.mark.parametrize("name", VISITORS)
def test_a_fault_says_nothing(world: TwoTenants, crashing: None, caplog: pytest.LogCaptureFixture, record_property: Any, name: str) -> None:
    """Neither where nor what; a call of the API that the key may not make is refused before."""
    visitor, bad, count, failed = world.visitors[name], [], 0, 0
    for address, path in asked(world, visitor):
        for method in METHODS:
            caplog.clear()
            answer = visitor.ask(method, path)
            fails = any(record.exc_info for record in caplog.records)
            bad += [f"{method} {address.route}: {fault}" for fault in faults_of(answer, address, fails=fails)]
            count, failed = count + 1, failed + fails
    assert bad == []
    assert failed > (40 if FULL else 15)  # other methods of a call are refused before
    record_property("n", failed)


@pytest.mark.promise(55, ROW)
def test_the_log_knows_it_by_the_same_name(client: Any, db: None, crashing: None, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever the caller calls it; and there the fault is told in full."""
    client.raise_request_exception = False
    answer = client.get("/orders/find/", headers={"X-Request-ID": "<b>mine</b>"})
    told = [record for record in caplog.records if record.exc_info]
    assert any(isinstance(record.exc_info[1], Fault) for record in told)
    assert answer["X-Request-ID"] in text_of(answer) and "mine" not in text_of(answer)
    assert answer["X-Request-ID"] in {record.msg["request_id"] for record in caplog.records if isinstance(record.msg, dict)}


def test_a_page_that_tells_would_be_seen(client: Any, db: None, crashing: None, settings: Any) -> None:
    """The control: with DEBUG on it tells everything."""
    settings.DEBUG = True
    client.raise_request_exception = False
    address = next(each for each in addresses() if each.route == "orders/find/")
    faults = faults_of(client.get("/orders/find/"), address, fails=True)
    assert {"Traceback", WORDS, "Fault", ".py", "does not name the request"} <= set(faults)


def test_a_database_that_is_away_names_the_request_too(client: Any, db: None, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.security.crashing.LoseTheDatabase"]
    client.raise_request_exception = False
    answer = client.get("/orders/find/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["X-Request-ID"] in text_of(answer)
