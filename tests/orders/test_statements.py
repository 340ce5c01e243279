"""What people look at most asks the database a fixed number of questions. Source: P5 of the workloads"""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from orders.actions.moving import move_order
from orders.actions.placing import place_order
from orders.models import Order
from tests.orders.conftest import NOW, World

pytestmark = pytest.mark.usefixtures("monday")


def placed(world: World, *, day: int = 0) -> Order:
    when = world.when(world.when().days[0].local_start + timedelta(days=day))
    return place_order(world.draft(when=when), accept_terms=True, by=world.orderer, now=NOW)


def test_my_resources(customer: Client, world: World, django_assert_num_queries) -> None:
    numbers = [placed(world).number]
    with django_assert_num_queries(16):
        customer.get("/resources/")
    numbers += [placed(world, day=day).number for day in (1, 2)]
    with django_assert_num_queries(16):
        page = customer.get("/resources/").content.decode()
    for number in numbers:
        assert f'href="/orders/{number}/"' in page and f'href="/orders/{number}/move/"' in page


def test_the_page_of_a_confirmed_order(customer: Client, world: World, django_assert_num_queries) -> None:
    order = placed(world)
    with django_assert_num_queries(22):
        customer.get(f"/orders/{order.number}/")


def test_after_a_move_it_asks_for_that_and_its_site_too(customer: Client, world: World, django_assert_num_queries) -> None:
    order = placed(world)
    first = world.when(world.when().days[0].local_start + timedelta(days=1)).days[0]
    move_order(order, first=first, schedule_update="MYSELF", by=world.orderer, now=NOW)
    with django_assert_num_queries(24):
        page = customer.get(f"/orders/{order.number}/?moved").content.decode()
    assert "The order has moved" in page and "Update the schedule on your site" in page


def test_while_it_waits_it_tells_whether_somebody_is_held(customer: Client, world: World, django_assert_num_queries) -> None:
    order = place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10))), accept_terms=True, by=world.orderer, now=NOW)
    with django_assert_num_queries(26):  # many to find the coordinator of a customer who never had one
        page = customer.get(f"/orders/{order.number}/").content.decode()
    assert "Someone is held for you until then." in page
