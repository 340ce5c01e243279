"""Nothing that anybody is shown holds a word of another customer's: each customer's word stands in every field, and all is read.

Source: promises row 22
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from customers.tenancy import EVERYTHING, scope
from engagements.models import Assignment
from orders.actions.cancelling import cancel_order
from orders.actions.threads import post
from outbox.models import Message
from reports.lists import LISTINGS
from tests.orders.conftest import NOW
from tests.reliability.figures import FULL
from tests.security.addresses import addresses, samples
from tests.security.planted import plant, read_out
from tests.security.tenants import Tenant, TwoTenants, Visitor, undone

NO_CANARY = pytest.mark.promise(
    22, "each customer's word in every text field; pages, lists, searches, exports, feeds, PDFs, API, mails, log"
)
OURS, THEIRS = "northwind", "southeast"
# What is asked of every address that names no object; "south" finds their word, and would not itself be taken for it.
QUERIES: list[dict[str, str]] = [
    {}, {"q": "south"}, {"ordering": "-organisation"}, {"state": "CONFIRMED"}, {"page": "2"}, {"who": "south"}, {"all": ""},
    {"everyones": ""}, {"search": "south"}, {"o": "1"},
]  # fmt: skip
READERS = ("administrator", "our key", "their key", *(("anonymous", "guest", "viewer", "orderer", "analyst") if FULL else ()))
# The desk's own apart: development's mailbox holds everybody's mail, and an example in the API's description is called like one of the two.
WITHOUT_WALL = ("mailbox/", "api/v1/openapi.json")
KINDS = ("csv", "xlsx", "json")


@pytest.fixture
def planted(world: TwoTenants, caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    caplog.set_level(logging.WARNING)
    with undone(), scope(EVERYTHING):
        fields = set()
        for tenant in (world.ours, world.theirs):
            fields |= set(plant(lambda field, word=tenant.word: f"{word} canary"[: field.max_length], organisation=tenant.organisation.pk))
            for person in tenant.people.values():
                person.first_name = person.last_name = f"{tenant.word} canary"
                person.save()
        yield sorted(fields)


def asked(world: TwoTenants, visitor: Visitor) -> Iterator[tuple[str, dict[str, str]]]:
    """Every address with this visitor's own objects, lists with what narrows and orders them, files in every format."""
    own = {"their key": "foreign"}.get(visitor.name, "own")
    for address in addresses():
        if address.is_admin or address.route.startswith(WITHOUT_WALL):
            continue
        if visitor.name.endswith("key") and not address.route.startswith("api/"):
            continue
        with scope(EVERYTHING):
            values = getattr(samples(address, world, visitor.name), own) if address.parameters else {}
        if "table" in values:
            tables = [{"table": name} for name in LISTINGS]
            yield from ((address.path(**table), {"format": kind}) for table in tables for kind in KINDS)
        elif values:
            yield address.path(**values), {}
        else:
            organisations = [{"organisation": str(world.theirs.organisation.pk)}]
            yield from ((address.path(), query) for query in (*QUERIES, *organisations)[: None if FULL else 1])


@NO_CANARY
@pytest.mark.parametrize("name", READERS)
def test_no_answer_holds_another_customer_s_word(
    world: TwoTenants, planted: list[str], caplog: pytest.LogCaptureFixture, name: str, record_property: Callable[[str, int], None]
) -> None:
    visitor = world.visitors[name]
    foreign, own = (OURS, THEIRS) if name == "their key" else (THEIRS, OURS)
    if name == "analyst":
        with scope(EVERYTHING):
            assert not Assignment.objects.filter(staff=world.staff["analyst"], organisation=world.theirs.organisation).exists()
    faults, met, answers = [], 0, 0
    for path, query in asked(world, visitor):
        with undone(), visitor.kept_session():
            answer = visitor.ask("GET", path, query or None)
            said = (read_out(answer) + str(answer.headers)).casefold()
        answers, met = answers + 1, met + (own in said)
        faults += [f"{path} {query}: {answer.status_code}"] if foreign in said else []
    assert faults == []
    assert foreign not in caplog.text.casefold(), "the log"
    assert met > (0 if name == "anonymous" else 3), "the control: one's own word is met"
    record_property("n", answers)
    record_property("with_own_word", met)


@NO_CANARY
def test_the_word_stands_in_every_field_that_people_write_into(planted: list[str]) -> None:
    assert {"orders.Order.title", "orders.Post.text", "engagements.Speaker.name", "customers.Organisation.name"} <= set(planted)
    assert len(planted) >= 40


def test_the_desk_meets_both_words(world: TwoTenants, planted: list[str]) -> None:
    """The control: it would be seen."""
    said = read_out(world.visitors["PM"].ask("GET", "/admin/orders/order/")).casefold()
    assert OURS in said and THEIRS in said


def told(tenant: Tenant) -> list[str]:
    written = Message.objects.filter(organisation=tenant.organisation)
    return [f"{each.to} {each.subject} {each.text} {each.html} {each.calendar}".casefold() for each in written]


@NO_CANARY
def test_no_mail_holds_another_customer_s_word(world: TwoTenants, planted: list[str], record_property: Callable[[str, int], None]) -> None:
    """Those of placing, and those that the planted words make: an answered change and a cancellation."""
    now: dict[str, Any] = {"now": NOW + timedelta(hours=1)}
    with scope(EVERYTHING):
        for tenant in (world.ours, world.theirs):
            thread, order = tenant.threads["french"], tenant.orders["confirmed"]
            thread.refresh_from_db()
            order.refresh_from_db()
            post(thread, key=f"{tenant.word}-answer", text=f"{tenant.word} answers", by=tenant.coordinator.user, **now)
            cancel_order(order, accept_fee=None, reason=f"{tenant.word} is ill", by=tenant.orderer, **now)
        ours, theirs = told(world.ours), told(world.theirs)
    assert [each for each in ours if THEIRS in each] == [each for each in theirs if OURS in each] == []
    assert sum(f"{OURS} canary" in each for each in ours) >= 2, "the control"
    record_property("n", len(ours) + len(theirs))
