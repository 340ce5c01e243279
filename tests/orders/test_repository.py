"""The customer opens its own file repository on the board. Source: S96"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from customers.models import Role
from engagements.models import RepositoryGrant
from orders.actions.placing import place_order
from orders.models import Order
from tests import make
from tests.orders.conftest import NOW, World

SAID = {"url": "https://files.northwind.example/box", "first": "2027-03-02", "last": "2027-04-30"}
DAY = timedelta(days=1)
OPEN_IT = "Let us use your repository"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def customer(world: World, client: Client) -> Client:
    client.force_login(world.orderer)
    return client


def board(order: Order) -> str:
    return f"/orders/{order.number}/board/"


def test_an_open_repository_is_shown_with_whole_days_of_the_events_zone(customer: Client, order: Order) -> None:
    assert OPEN_IT in customer.get(board(order)).content.decode()
    assert customer.post(board(order), SAID).status_code == 302
    grant = RepositoryGrant.objects.get()
    assert (grant.host_name, grant.valid_from) == ("files.northwind.example", datetime(2027, 3, 2, 5, tzinfo=UTC))
    assert grant.valid_until == datetime(2027, 5, 1, 4, tzinfo=UTC)
    assert "We may use files.northwind.example from Tue 2 March 2027, 00:00" in customer.get(board(order)).content.decode()


def test_it_can_be_closed_again(customer: Client, order: Order, clock: time_machine.Traveller) -> None:
    customer.post(board(order), SAID | {"first": "2027-03-01"})
    clock.move_to(NOW + DAY)
    grant = RepositoryGrant.objects.get()
    assert "Close it to us" in customer.get(board(order)).content.decode()
    for _press in range(2):
        assert customer.post(board(order), {"grant": grant.pk}).status_code == 302
    assert RepositoryGrant.objects.get().valid_until == NOW + DAY
    page = customer.get(board(order)).content.decode()
    assert "We could use files.northwind.example until" in page
    assert "Close it to us" not in page


def test_what_has_not_begun_is_taken_away(customer: Client, order: Order) -> None:
    customer.post(board(order), SAID | {"first": "2027-04-01"})
    customer.post(board(order), {"grant": RepositoryGrant.objects.get().pk})
    assert not RepositoryGrant.objects.exists()


def test_only_ones_own_can_be_closed(customer: Client, order: Order, world: World) -> None:
    customer.post(board(order), SAID)
    other = place_order(world.draft("event-staff", when=world.when(datetime(2027, 6, 1, 10))), accept_terms=True, by=world.orderer, now=NOW)
    assert customer.post(board(other), {"grant": RepositoryGrant.objects.get().pk}).status_code == 404
    customer.force_login(make.member(world.organisation, role=Role.VIEWER))
    customer.post(board(order), {"grant": RepositoryGrant.objects.get().pk})
    assert RepositoryGrant.objects.get().valid_until > NOW + DAY


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "our share"}, "Enter a valid URL"),
        ({"last": "2027-03-01"}, "This is before the first day"),
        ({"first": "2027-02-01", "last": "2027-02-02"}, "Name the address of your repository"),
    ],
)
def test_what_is_wrong_is_said(customer: Client, order: Order, wrong: dict[str, str], words: str) -> None:
    assert words in customer.post(board(order), SAID | wrong).content.decode()
    assert not RepositoryGrant.objects.exists()


def test_who_only_looks_on_cannot_open_it(client: Client, world: World, order: Order) -> None:
    client.force_login(make.member(world.organisation, role=Role.VIEWER))
    assert OPEN_IT not in client.get(board(order)).content.decode()
    client.post(board(order), SAID)
    assert not RepositoryGrant.objects.exists()


def test_a_package_that_uses_none_does_not_ask_for_one(customer: Client, world: World) -> None:
    other = place_order(world.draft("mc-premium"), accept_terms=True, by=world.orderer, now=NOW)
    assert OPEN_IT not in customer.get(board(other)).content.decode()
