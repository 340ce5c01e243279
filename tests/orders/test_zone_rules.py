"""Row 51: what the desk sees and does when the rules of a zone change after an order was placed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from orders.actions.placing import place_order
from orders.actions.zone_rules import tell_shifted
from orders.models import Order
from outbox.models import Message
from scheduling.models import Booking
from tests.orders.conftest import NOW, World, staff
from tests.scheduling.test_localtime import newer_rules

__all__ = ["newer_rules"]  # a fixture

LIST = "/admin/orders/order/?zone_rules=changed"
AT_TEN, SHOWN = datetime(2027, 7, 1, 10, 0), "Thu 1 July, 09:00"  # under the newer rules Paris has no summer time


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def placed(world: World) -> Order:
    staff("PRODUCER", 1)
    return place_order(world.draft(when=world.when(AT_TEN, zone="Europe/Paris")), accept_terms=True, by=None, now=NOW)


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(world.coordinator.user)
    return client


def page(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def test_while_the_rules_are_the_same_nothing_is_listed_or_said(placed: Order, desk: Client) -> None:
    assert placed.number not in desk.get(LIST).content.decode()
    assert "keep-time" not in desk.get(page(placed)).content.decode()
    assert tell_shifted(now=NOW) == 0


def test_the_desk_finds_the_order_and_reads_both_hours(placed: Order, desk: Client, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("newer_rules")
    assert placed.number in desk.get(LIST).content.decode()
    shown = desk.get(page(placed)).content.decode()
    assert "Thu 1 July, 10:00" in shown
    assert SHOWN in shown
    assert "keep-time" in shown


def test_the_coordinator_is_told_once(placed: Order, world: World, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("newer_rules")
    assert (tell_shifted(now=NOW), tell_shifted(now=NOW)) == (1, 1)
    (told,) = Message.objects.filter(key__startswith="zone_rules:")
    assert told.to == world.coordinator.user.email
    assert SHOWN in told.text
    assert SHOWN in told.html
    assert page(placed) in told.text


def test_a_kept_time_moves_nothing_and_is_no_longer_listed(placed: Order, desk: Client, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("newer_rules")
    before = list(Booking.objects.values_list("start_at", "end_at"))
    answer = desk.post(f"/admin/orders/order/{placed.pk}/keep-time/", follow=True)
    assert placed.number in answer.content.decode()
    order = Order.objects.get(pk=placed.pk)
    assert order.starts_at == placed.starts_at == datetime(2027, 7, 1, 8, 0, tzinfo=UTC)
    assert order.version == placed.version + 1
    assert f"{order.days.get().local_time:%H:%M}" == "09:00"
    assert list(Booking.objects.values_list("start_at", "end_at")) == before
    assert placed.number not in desk.get(LIST).content.decode()
    assert tell_shifted(now=NOW) == 0
