"""What somebody typed is shown as they typed it: no script and no template in it runs, wherever it is shown. Source: promises row 39

The admin's policy allows inline scripts, which Unfold needs: there the escaping is the only wall, elsewhere the policy is a second one.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Field
from icalendar import Calendar

from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import cancel_order
from orders.actions.threads import post
from outbox.models import Message
from tests.orders.conftest import NOW
from tests.reliability.figures import FULL, size
from tests.security.addresses import Address, addresses, samples
from tests.security.payloads import MARK, PAYLOADS, Reader, packed
from tests.security.planted import plant, read_out
from tests.security.tenants import TwoTenants, undone

SHOWN_AS_TYPED = pytest.mark.promise(
    39, "70 payloads dealt out over every text field; pages, admin, mails, PDFs, feeds, API as a browser reads them"
)
ROUNDS = size(1, 8)
READERS = ("administrator", "coordinator", "portal administrator") if FULL else ("administrator",)
AT_THE_DESK = ("my-day/", "orders/<slug:number>/", "orders/changes/", "reports/")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def words_of(number: int, used: set[str]) -> Callable[[Field], str]:
    """Other payloads in each round, and in each field others than in the one before."""
    turn = iter(range(number * 9, 10_000))

    def words(field: Field) -> str:
        text, _taken = packed(min(field.max_length or 900, 900), next(turn))
        used.update(each for each in PAYLOADS if each in text)
        return text

    return words


def read_by(world: TwoTenants, name: str) -> Iterator[tuple[Address, str]]:
    with scope(EVERYTHING):
        for address in addresses():
            if address.is_admin != (name == "portal administrator") or address.route.startswith(("mailbox/", "admin/jsi18n")):
                continue
            if name == "coordinator" and not address.route.startswith(AT_THE_DESK) and address.route:
                continue
            yield address, address.path(**(samples(address, world, name).own if address.parameters else {}))


def faults_of(address: Address, answer: Any) -> list[str]:
    kind, policy = answer.headers.get("Content-Type", ""), answer.headers.get("Content-Security-Policy", "")
    if answer.status_code >= 500 and address.route != "readyz":
        return [f"answers {answer.status_code}"]
    if kind.startswith("text/html"):
        inline = ["unsafe-inline"] if "unsafe-inline" in policy and not address.is_admin else []
        return [*Reader(read_out(answer)).smuggled, *inline, *([] if policy else ["no policy"])]
    if kind == "application/pdf":
        return [word for word in (b"/JavaScript", b"/JS", b"(javascript:") if word in answer.content]
    if kind.startswith("text/calendar"):
        return [each.name for each in Calendar.from_ical(answer.content).walk() if each.name not in {"VCALENDAR", "VEVENT"}]
    plain = answer.headers.get("X-Content-Type-Options") == "nosniff" or MARK not in read_out(answer)
    return [] if plain else ["may be taken for a page"]


@SHOWN_AS_TYPED
@pytest.mark.timeout(3600)
def test_nothing_typed_runs_on_any_page(world: TwoTenants, record_property: Callable[[str, int], None]) -> None:
    faults, used, pages, shown, fields = [], set(), 0, 0, set()
    for number in range(ROUNDS):
        with undone():
            with scope(EVERYTHING):
                fields |= set(plant(words_of(number, used)))
            for name in READERS:
                visitor = world.visitors[name]
                for address, path in read_by(world, name):
                    with undone(), visitor.kept_session():
                        answer = visitor.ask("GET", path)
                        pages += 1
                        faults += [f"{path} as {name}: {fault}"[:200] for fault in faults_of(address, answer)]
                        if answer.headers.get("Content-Type", "").startswith("text/html"):
                            shown += MARK in read_out(answer)
    assert sorted(set(faults)) == []
    assert shown > pages // 10, "the control: they are shown"
    assert len(used) >= (60 if FULL else 30)
    record_property("n", pages)
    record_property("payloads", len(used))
    record_property("fields", len(fields))
    record_property("pages_that_show_some", shown)


@SHOWN_AS_TYPED
def test_nothing_typed_runs_in_a_mail(world: TwoTenants, record_property: Callable[[str, int], None]) -> None:
    now: dict[str, Any] = {"now": NOW + timedelta(hours=1)}
    mails, shown, faults = 0, 0, []
    for number in range(size(2, len(PAYLOADS))):
        with undone(), scope(EVERYTHING):
            plant(words_of(number, set()))
            before = set(Message.objects.values_list("pk", flat=True))
            thread, order = world.ours.threads["french"], world.ours.orders["confirmed"]
            thread.refresh_from_db()
            order.refresh_from_db()
            post(thread, key=f"answer-{number}", text=packed(900, number)[0], by=world.ours.coordinator.user, **now)
            cancel_order(order, accept_fee=None, reason=packed(300, number)[0], by=world.ours.orderer, **now)
            for mail in Message.objects.exclude(pk__in=before):
                mails, shown = mails + 1, shown + (MARK in mail.html)
                faults += Reader(mail.html).smuggled
                components = Calendar.from_ical(mail.calendar).walk() if mail.calendar else []
                faults += [each.name for each in components if each.name not in {"VCALENDAR", "VEVENT"}]
    assert sorted(set(faults)) == []
    assert shown >= size(2, len(PAYLOADS)), "the control: they are shown"
    record_property("n", mails)


@pytest.mark.parametrize(
    "payload", [each for each in PAYLOADS if each.startswith(("<", '">')) and not each.startswith(("<%", "<![", "<p"))]
)
def test_each_would_be_seen_unescaped(payload: str) -> None:
    """The control."""
    assert Reader(f"<p>{payload}</p>").smuggled


def test_there_are_sixty() -> None:
    assert len(set(PAYLOADS)) >= 60
    assert all(MARK in each for each in PAYLOADS)
