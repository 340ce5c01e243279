"""A move or a cancellation confirmed on a page that is no longer true: promises row 6."""

import re

import pytest
from django.test import Client

from orders.actions.placing import place_order
from orders.models import Order
from tests.orders.conftest import NOW, World

pytestmark = pytest.mark.usefixtures("monday")

CHANGED = "was changed while you were looking at it"
VERSION = re.compile(r'name="version" value="(\d+)"')


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


def confirm_move(customer: Client, order: Order, hour: int) -> tuple[str, dict[str, str]]:
    """Look at what moving would change; gives back the page's address and what its button sends."""
    url, wish = f"/orders/{order.number}/move/", {"date": "2027-04-22", "time": f"{hour}:00"}
    version = VERSION.search(customer.post(url, wish).content.decode())
    assert version
    return url, {**wish, "version": version[1], "schedule_update": "DONE", "confirm": "1"}


def test_the_second_of_two_moves_is_told_and_can_look_again(customer: Client, order: Order) -> None:
    url, first = confirm_move(customer, order, 14)
    _url, second = confirm_move(customer, order, 16)
    assert customer.post(url, first).status_code == 302
    assert CHANGED in customer.post(url, second).content.decode()
    order.refresh_from_db()
    assert order.starts_at and order.starts_at.hour == 18  # 14:00 in Montreal
    assert customer.post(*confirm_move(customer, order, 16)).status_code == 302


def test_cancelling_what_was_moved_meanwhile_is_asked_again(customer: Client, order: Order) -> None:
    url = f"/orders/{order.number}/cancel/"
    seen = VERSION.search(customer.get(url).content.decode())
    customer.post(*confirm_move(customer, order, 14))
    assert seen
    asked_again = customer.post(url, {"version": seen[1], "fee": "0", "reason": "Postponed"}).content.decode()
    assert CHANGED in asked_again and "Postponed" in asked_again
    now = VERSION.search(asked_again)
    assert now and now[1] != seen[1]
    assert customer.post(url, {"version": now[1], "fee": "0"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "CANCELLED"
