"""Nonsense in an address is answered, never an error inside: what a stranger types reaches no query as it is. Source: promises row 40"""

import logging
import os
from collections.abc import Iterator

import pytest

from customers.tenancy import EVERYTHING, scope
from tests.security.addresses import Address, addresses, samples
from tests.security.tenants import TwoTenants

QUERIES = [
    {"page": "9" * 30}, {"page": "9" * 5000}, {"page": "-1"}, {"page": "0"}, {"page": "²"}, {"page": "x\x00"}, {"p": "9" * 30},
    {"p": "x"}, {"q": "\x00"}, {"q": "x" * 10_000}, {"q": "'; DROP TABLE x--"}, {"q": "%"}, {"o": "9.-9.x"}, {"o": "organisation__name"},
    {"ordering": "-organisation__id"}, {"_connector": "OR"}, {"_negated": "1"}, {"state__exact": "\x00"}, {"state": "\x00"},
    {"organisation__name__startswith": "a"}, {"owner__password": "x"}, {"id__in": "1,2"}, {"pk": "$"}, {"week": "9999-99-99"},
    {"week": "\x00"}, {"role": "\x00"}, {"next": "//evil.example"}, {"starts_at": "0000-00-00T25:00"}, {"all": ""}, {"e": "1"},
    {"_popup": "1"}, {"_to_field": "password"}, {"role": "NOBODY"},
]  # fmt: skip
PARAMETERS = ["%00", "x%00", "%F0%9F%98%80", "x" * 3000, "-1", "9" * 40, "..%2F..%2Fetc", "%0d%0aSet-Cookie:x", "'", "%27--"]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def lists(*, of_admin: bool) -> list[Address]:
    """Addresses that name no object, where queries are read."""
    ends = ("/add/", "/logout/", "readyz", "/load/")
    return [each for each in addresses() if each.is_admin == of_admin and not each.parameters and not each.route.endswith(ends)]


def queries_for(number: int) -> list[dict[str, str]]:
    """Every list gets some, and every one goes to several lists; `make prove` sends all to all."""
    return QUERIES if os.environ.get("FULL_SIZE") else QUERIES[number % 4 :: 4]


@pytest.mark.parametrize(("name", "of_admin"), [("administrator", False), ("coordinator", False), ("portal administrator", True)])
def test_nonsense_in_the_query(world: TwoTenants, name: str, of_admin: bool) -> None:
    visitor, faults = world.visitors[name], []
    for number, address in enumerate(lists(of_admin=of_admin)):
        for query in queries_for(number):
            answer = visitor.ask("GET", address.path(), query)
            if answer.status_code >= 500 or "evil.example" in answer.headers.get("Location", ""):
                faults.append(f"{address.route} {query}: {answer.status_code}"[:120])
    assert faults == []


ODD_OBJECTS_FOR = {"anonymous": "", "orderer": "orders/", "administrator": "settings/", "portal administrator": "admin/"}


@pytest.mark.parametrize("name", ODD_OBJECTS_FOR)
def test_nonsense_in_the_address(world: TwoTenants, name: str) -> None:
    visitor, faults = world.visitors[name], []
    with_object = [each for each in addresses() if each.parameters and each.route.startswith(ODD_OBJECTS_FOR[name])]
    chosen = [each for each in with_object if each.is_admin == (name == "portal administrator")]
    for number, address in enumerate(chosen):
        with scope(EVERYTHING):
            own = samples(address, world).own
        for word in PARAMETERS[number % 3 :: 3] if address.is_admin else PARAMETERS:
            for method in ("GET", "POST"):
                status = visitor.ask(method, address.path(**{**own, address.parameters[-1]: word})).status_code
                if status >= 500:
                    faults.append(f"{method} {address.route} {word[:20]}: {status}")
    assert faults == []
