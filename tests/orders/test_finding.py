"""Finding an order without signing in, and the one-time link: S43 to S45, promises rows 29 to 32."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from customers.tenancy import EVERYTHING, scope
from orders.actions.links import hashed
from orders.actions.placing import place_order
from orders.models import OneTimeLink, Order
from outbox.models import Message
from tests.orders.conftest import NOW, World

OTHER = "PR-3333-3333-R"


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


def test_number_and_mail_open_the_order_read_only(client: Client, order: Order) -> None:
    """S45: in any case, with or without dashes; date, package and state, no meeting link"""
    page = find(client, order.number.lower().replace("-", " "), order.email.upper())
    assert order.number in page and "Meeting Center Premium" in page
    assert "Omar" not in page and order.title not in page


def test_every_miss_is_answered_alike(client: Client, order: Order) -> None:
    tries = [(order.number, "x@example.org"), (OTHER, order.email), (OTHER, "x@example.org"), ("nonsense", "x@example.org")]
    pages = {stripped(find(client, number, email), number, email) for number, email in tries}
    assert len(pages) == 1


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


def test_the_secret_is_kept_as_a_hash(client: Client, order: Order) -> None:
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    token = mailed_token(order)
    with scope(EVERYTHING):
        link = OneTimeLink.objects.get()
    assert link.token_hash == hashed(token) and token not in str(link.__dict__)


def test_a_grant_for_one_order_opens_no_other(client: Client, world: World, order: Order) -> None:
    other = place_order(world.draft(when=world.when(NOW.replace(tzinfo=None) + timedelta(days=60))), accept_terms=True, by=None, now=NOW)
    client.post(f"/orders/{order.number}/cancel/", {"link-email": order.email})
    client.post(f"/orders/link/{mailed_token(order)}/")
    assert b"Cancelling now is free" in client.get(f"/orders/{order.number}/cancel/").content
    assert b"You are not signed in" in client.get(f"/orders/{other.number}/cancel/").content
    assert b"You are not signed in" in client.get(f"/orders/{order.number}/move/").content
