"""Nonsense in an address is answered, never an error inside: what a stranger types reaches no query as it is. Source: promises row 40"""

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from customers.tenancy import EVERYTHING, scope
from tests.reliability.figures import FULL, size
from tests.security.addresses import Address, addresses, samples
from tests.security.tenants import TwoTenants, text_of

pytestmark = pytest.mark.timeout(1800)  # at full size

NO_SQL = pytest.mark.promise(
    40, "nonsense in queries and addresses of every list and object: no error inside, no look-up of the asker's own"
)
QUERIES = [
    {"page": "9" * 30}, {"page": "9" * 5000}, {"page": "-1"}, {"page": "0"}, {"page": "²"}, {"page": "x\x00"}, {"p": "9" * 30},
    {"p": "x"}, {"q": "\x00"}, {"q": "x" * 10_000}, {"q": "'; DROP TABLE x--"}, {"q": "%"}, {"o": "9.-9.x"}, {"o": "organisation__name"},
    {"ordering": "-organisation__id"}, {"_connector": "OR"}, {"_negated": "1"}, {"state__exact": "\x00"}, {"state": "\x00"},
    {"organisation__name__startswith": "a"}, {"owner__password": "x"}, {"id__in": "1,2"}, {"pk": "$"}, {"week": "9999-99-99"},
    {"week": "\x00"}, {"role": "\x00"}, {"next": "//evil.example"}, {"starts_at": "0000-00-00T25:00"}, {"all": ""}, {"e": "1"},
    {"_popup": "1"}, {"_to_field": "password"}, {"role": "NOBODY"},
]  # fmt: skip
DEALT = 16  # of a list's queries, a common run asks every so many
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
    return QUERIES if FULL else QUERIES[number % DEALT :: DEALT]


@NO_SQL
@pytest.mark.parametrize(
    ("name", "of_admin"), [("administrator", False), ("coordinator", False), ("portal administrator", True), ("our key", False)]
)
def test_nonsense_in_the_query(world: TwoTenants, name: str, of_admin: bool, record_property: Callable[[str, int], None]) -> None:
    visitor, faults = world.visitors[name], []
    asked = [each for each in lists(of_admin=of_admin) if name != "our key" or each.route.startswith("api/")]
    record_property("n", sum(len(queries_for(number)) for number, _address in enumerate(asked)))
    for number, address in enumerate(asked):
        for query in queries_for(number):
            answer = visitor.ask("GET", address.path(), query)
            if answer.status_code >= 500 or "evil.example" in answer.headers.get("Location", ""):
                faults.append(f"{address.route} {query}: {answer.status_code}"[:120])
    assert faults == []


ODD_OBJECTS_FOR = {"anonymous": "", "orderer": "orders/", "administrator": "settings/", "portal administrator": "admin/"}


def words_for(number: int, address: Address) -> list[str]:
    """The admin's screens are alike, so each gets some, as every address does in a common run."""
    if FULL and not address.is_admin:
        return PARAMETERS
    every = size(6, 3)
    return PARAMETERS[number % every :: every]


@NO_SQL
@pytest.mark.parametrize("name", ODD_OBJECTS_FOR)
def test_nonsense_in_the_address(world: TwoTenants, name: str, record_property: Callable[[str, int], None]) -> None:
    visitor, faults = world.visitors[name], []
    with_object = [each for each in addresses() if each.parameters and each.route.startswith(ODD_OBJECTS_FOR[name])]
    chosen = [each for each in with_object if each.is_admin == (name == "portal administrator")]
    record_property("n", sum(2 * len(words_for(number, each)) for number, each in enumerate(chosen)))
    for number, address in enumerate(chosen):
        with scope(EVERYTHING):
            own = samples(address, world).own
        for word in words_for(number, address):
            for method in ("GET", "POST"):
                status = visitor.ask(method, address.path(**{**own, address.parameters[-1]: word})).status_code
                if status >= 500:
                    faults.append(f"{method} {address.route} {word[:20]}: {status}")
    assert faults == []


# Look-ups nobody offered ---------------------------------------------------------------------------------------------

UNOFFERED = [
    {"organisation__name__startswith": "zzz"}, {"owner__password__startswith": "zzz"}, {"_connector": "OR"}, {"_negated": "1"},
    {"ordering": "organisation__id"}, {"filter": "id__lt=0"}, {"$where": "0"}, {"id__lt\x0b": "0"},
    {"pk__in": "0"},  # which the admin offers, of a screen's own rows
]  # fmt: skip


def rows(answer: Any) -> list[str]:
    """What the list holds, in its order: requests by number, the admin's rows by their boxes."""
    return re.findall(r'PR-\w{4}-\w{4}-\w|name="_selected_action" value="\d+"', text_of(answer))


@NO_SQL
@pytest.mark.parametrize("name", ["administrator", "our key", "portal administrator"])
def test_a_look_up_that_was_not_offered_narrows_nothing(world: TwoTenants, name: str, record_property: Callable[[str, int], None]) -> None:
    """None matches any row, so a list that took it would come out empty, or otherwise sorted; the admin refuses it."""
    visitor, faults, asked, filled = world.visitors[name], [], 0, 0
    chosen = [each for each in lists(of_admin=name == "portal administrator") if name != "our key" or each.route.startswith("api/")]
    for number, address in enumerate(chosen):
        plain = visitor.ask("GET", address.path())
        expected = rows(plain) if plain.status_code == 200 else []
        filled += bool(expected)
        unoffered = UNOFFERED[:-1] if address.is_admin else UNOFFERED
        for query in unoffered if FULL else unoffered[number % 4 :: 4] if expected else ():
            asked += 1
            answer = visitor.ask("GET", address.path(), query)
            if answer.status_code == 200 and rows(answer) != expected:
                faults.append(f"{address.route} {query}")
    assert faults == []
    assert filled >= 2, "the control: there are lists with rows"
    record_property("n", asked)


def test_a_look_up_that_is_offered_narrows(world: TwoTenants) -> None:
    """The control: such a list would differ."""
    visitor = world.visitors["portal administrator"]
    plain, narrowed = (visitor.ask("GET", "/admin/orders/order/", query) for query in (None, {"state__exact": "CANCELLED"}))
    assert rows(plain) != rows(narrowed)
