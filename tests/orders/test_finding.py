"""Finding an order without signing in, and the one-time link: S43 to S45, promises rows 29 to 32."""

import base64
import logging
import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from statistics import median
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.keys import new_token
from customers.tenancy import EVERYTHING, scope
from orders.actions.links import TOKEN_BYTES, hashed
from orders.actions.moving import move_order
from orders.actions.placing import place_order
from orders.models import OneTimeLink, Order
from orders.numbers import new_number
from outbox.models import Message
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World
from tests.reliability.figures import size
from tests.security.tenants import Shown, shown
from tests.security.timing import told_apart, took

OTHER = "PR-3333-3333-R"
PROBES = "probes of number and e-mail: answers and times"
LINKS = "one-time links: reused, expired, older than the order, for another order or action, changed"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


def find(client: Client, number: str, email: str) -> str:
    page = client.post("/orders/find/", {"number": number, "email": email})
    assert page.status_code == 200
    return page.content.decode()


def stripped(page: str, *typed: str) -> str:
    """The page without what was typed and without its form token."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", page)
    for text in typed:
        page = page.replace(text, "")
    return page


@pytest.mark.promise(29, PROBES)
def test_number_and_mail_open_the_order_read_only(client: Client, order: Order) -> None:
    """S45: in any case, with or without dashes; date, package and state, no meeting link"""
    page = find(client, order.number.lower().replace("-", " "), order.email.upper())
    assert order.number in page and "Meeting Center Premium" in page
    assert "Omar" not in page and order.title not in page
    assert client.get(f"/orders/{order.number}/").status_code == 302
    assert f'action="/orders/{order.number}' not in page and "order_grants" not in client.session


def test_every_miss_is_answered_alike(client: Client, order: Order) -> None:
    tries = [(order.number, "x@example.org"), (OTHER, order.email), (OTHER, "x@example.org"), ("nonsense", "x@example.org")]
    pages = {stripped(find(client, number, email), number, email) for number, email in tries}
    assert len(pages) == 1


@pytest.fixture
def probe(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Shown]:
    """One try of a visitor who comes back as often as they like, the limits are another test's; thousands of log lines help nobody."""
    settings.FIND_TRIES = 10**9
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    visitor = Client()

    def ask(number: str, email: str) -> Shown:
        return shown(visitor.post("/orders/find/", {"number": number, "email": email}), number, email)

    return ask


def strangers() -> Iterator[str]:
    """Addresses as long as the right one, dana@northwind.example, so that answers can be compared in length too."""
    return (f"{name:04d}@northwind.example" for name in cycle(range(10_000)))


@pytest.mark.timeout(1800)
@pytest.mark.promise(29, PROBES)
def test_thousands_of_misses_are_one_answer(probe: Callable[[str, str], Shown], order: Order, record_property: Any) -> None:
    """To the byte and the header, but for what was typed and what every answer draws anew; in every round a hit is the control."""
    rounds, misses = size(10, 1250), set()
    for email in islice(strangers(), rounds):
        number = new_number()
        misses |= {probe(order.number, email), probe(number, order.email), probe(number, email)}
        assert order.number not in repr(misses)
        assert "Meeting Center Premium" in probe(order.number, order.email).body
    assert len(misses) == 1
    record_property("n", 4 * rounds)
    record_property("different misses", len(misses))


@pytest.mark.timeout(1800)
@pytest.mark.promise(29, PROBES)
def test_the_time_of_a_miss_does_not_tell_which_part_was_wrong(
    probe: Callable[[str, str], Shown], order: Order, record_property: Any
) -> None:
    """The time runs here: perf_counter is not the clock that stands still."""
    n, numbers, emails = size(20, 1000), iter(new_number, ""), strangers()
    times = took(
        {
            "only the e-mail is wrong": lambda: probe(order.number, next(emails)),
            "only the number is wrong": lambda: probe(next(numbers), order.email),
        },
        n=n,
    )
    right_number, wrong_number = times.values()
    assert not told_apart(right_number, wrong_number)
    assert told_apart([each + size(30, 2) / 1000 for each in right_number], wrong_number), "the control: a longer way would be seen"
    record_property("n", 2 * n)
    record_property("microseconds between medians", round(abs(median(right_number) - median(wrong_number)) * 1e6))


def test_the_sixth_try_in_15_minutes_waits(client: Client, order: Order, clock: time_machine.Traveller) -> None:
    for _ in range(5):
        find(client, OTHER, order.email)
    refused = client.post("/orders/find/", {"number": OTHER, "email": order.email})
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    clock.shift(timedelta(minutes=16))
    assert order.number in find(client, order.number, order.email)


def mailed_token(order: Order) -> str:
    mail = Message.objects.filter(about=order.number, secret=True).order_by("-pk").first()
    assert mail is not None
    found = re.search(r"/orders/link/([^/\s]+)/", mail.text)
    assert found
    return found.group(1)


def test_a_visitor_moves_by_the_link_from_the_mail(client: Client, order: Order) -> None:
    asked = client.post(f"/orders/{order.number}/move/", {"link-email": order.email})
    assert b"on its way" in asked.content
    link = f"/orders/link/{mailed_token(order)}/"
    assert client.get(link).status_code == 200  # a mail scanner's look spends nothing
    assert client.get(link).status_code == 200
    assert client.post(link).url == f"/orders/{order.number}/move/"
    preview = client.post(f"/orders/{order.number}/move/", {"date": "2027-04-22", "time": "14:00"})
    assert b"Check the move" in preview.content
    done = client.post(f"/orders/{order.number}/move/", {"date": "2027-04-22", "time": "14:00", "schedule_update": "DONE", "confirm": "1"})
    assert b"has moved" in done.content
    assert client.get(f"/orders/{order.number}/").status_code == 302  # the link opened its action only


def test_a_wrong_mail_gets_the_same_answer_and_no_link(client: Client, order: Order) -> None:
    right = client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    wrong = client.post(f"/orders/{order.number}/cancel/", {"link-email": "x@example.org"})
    assert stripped(right.content.decode()) == stripped(wrong.content.decode())
    assert Message.objects.filter(about=order.number, to=order.email, secret=True).count() == 1


@pytest.mark.promise(30, LINKS)
@pytest.mark.parametrize("spoil", ["used", "expired", "order changed", "tampered"])
def test_a_dead_link_opens_nothing(client: Client, order: Order, clock: time_machine.Traveller, spoil: str) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    token = mailed_token(order)
    if spoil == "used":
        assert client.post(f"/orders/link/{token}/").status_code == 302
    elif spoil == "expired":
        clock.shift(timedelta(minutes=31))
    elif spoil == "order changed":
        Order.objects.filter(pk=order.pk).update(version=99)
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert client.post(f"/orders/link/{token}/").status_code == 404


@pytest.mark.promise(30, LINKS)
def test_a_link_from_before_a_move_is_dead(client: Client, world: World, order: Order) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    link = f"/orders/link/{mailed_token(order)}/"
    assert client.get(link).status_code == 200
    move_order(order, first=DayWish(datetime(2027, 4, 22, 14), timedelta(hours=1)), schedule_update="DONE", by=world.orderer, now=NOW)
    assert client.get(link).status_code == client.post(link).status_code == 404


@pytest.mark.promise(30, LINKS)
def test_a_second_link_makes_the_first_worthless(client: Client, order: Order, clock: time_machine.Traveller) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    first = mailed_token(order)
    clock.shift(timedelta(seconds=1))
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    assert client.post(f"/orders/link/{first}/").status_code == 404
    assert client.post(f"/orders/link/{mailed_token(order)}/").status_code == 302


def changed(token: str, draw: random.Random) -> str:
    """Nearly the token: one character other, more, fewer or elsewhere, all in the other case, cut off, or told twice."""
    at, sign = draw.randrange(len(token)), draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    return draw.choice(
        [
            *[token[:at] + sign + token[at + 1 :]] * 5,
            token[:at] + sign + token[at:],
            token[:at] + token[at + 1 :],
            token[at:] + token[:at],
            token[:at] + token[at:].swapcase(),
            token[: at or 1],
            token + token[:at] + sign,
            token[:at] + draw.choice(["%00", "%20", "é", "\u200b", "+", "=", "%25", "*"]) + token[at:],
        ]
    )


@pytest.mark.promise(30, LINKS)
def test_no_changed_token_is_taken(client: Client, order: Order, record_property: Any) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    token, draw, made = mailed_token(order), random.Random(1), set[str]()  # the same mutations every time
    while len(made) < size(50, 1000):
        made |= {changed(token, draw)} - {token}
    answers = {client.post(f"/orders/link/{each}/").status_code for each in sorted(made)}
    assert answers <= {400, 404}
    assert client.post(f"/orders/link/{token}/").status_code == 302, "the control: it was alive all the time"
    record_property("n", len(made))
    record_property("accepted", 0)


@pytest.mark.promise(30, LINKS)
def test_tokens_are_drawn_from_256_bits() -> None:
    drawn = [new_token() for _ in range(100)]
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in drawn} == {TOKEN_BYTES}
    assert len(set(drawn)) == len(drawn) and TOKEN_BYTES * 8 >= 128


@pytest.mark.promise(30, LINKS)
def test_the_secret_is_kept_as_a_hash(client: Client, order: Order) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    token = mailed_token(order)
    with scope(EVERYTHING):
        link = OneTimeLink.objects.get()
    assert link.token_hash == hashed(token) and token not in str(link.__dict__)


@pytest.mark.promise(30, LINKS)
def test_a_grant_for_one_order_opens_no_other(client: Client, world: World, order: Order) -> None:
    other = place_order(world.draft(when=world.when(NOW.replace(tzinfo=None) + timedelta(days=60))), accept_terms=True, by=None, now=NOW)
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    client.post(f"/orders/link/{mailed_token(order)}/")
    assert b"Cancelling now is free" in client.get(f"/orders/{order.number}/cancel/").content
    assert b"You are not signed in" in client.get(f"/orders/{other.number}/cancel/").content
    assert b"You are not signed in" in client.get(f"/orders/{order.number}/move/").content
