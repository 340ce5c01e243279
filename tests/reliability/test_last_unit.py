"""Row 59 of the promises: the last unit of an entitlement is used once, however many order with it."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from catalog.models import Entitlement
from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import cancel_order
from orders.models import Order
from scheduling.models import Booking
from tests.orders.conftest import NOW, World, staff
from tests.reliability.crowd import on_own_connections
from tests.reliability.database import without
from tests.reliability.figures import row, size
from tests.reliability.placed import CODE, check_is_whole, check_units, day, place

CLIENTS = size(50, 100)
PEOPLE = 5
NEVER_OVERSOLD = "entitlement_is_never_oversold"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def world(committed_world: World) -> World:
    """One unit of five is left."""
    with scope(EVERYTHING):
        staff("PRODUCER", PEOPLE - 1)
        for number in range(4):
            place(committed_world, day(number))
    return committed_world


def everyone_orders(world: World, count: int = CLIENTS) -> list[Any]:
    """Each for another day, so that people are no bottleneck."""
    return on_own_connections([partial(place, world, day(10 + number)) for number in range(count)])


def entitlement() -> Entitlement:
    with scope(EVERYTHING):
        return Entitlement.objects.get(package__code=CODE)


def outcomes(answers: list[Any]) -> Counter[str]:
    return Counter(each.state if isinstance(each, Order) else each.code for each in answers)


def test_the_last_unit_is_used_once_and_comes_back_when_cancelled(world: World) -> None:
    with row(59, "the last unit of an entitlement", n=CLIENTS) as counts:
        answers = everyone_orders(world)
        counts |= {"wins": outcomes(answers)["CONFIRMED"], "losses": outcomes(answers)["entitlement_used_up"]}
        assert outcomes(answers) == {"CONFIRMED": 1, "entitlement_used_up": CLIENTS - 1}
        assert (entitlement().used, entitlement().quantity) == (5, 5)
        (winner,) = (each for each in answers if isinstance(each, Order))
        with scope(EVERYTHING):
            assert Booking.objects.filter(state="BOOKED").count() == 5  # who was refused holds nobody's time
            cancel_order(winner, accept_fee=None, by=None, now=NOW)
        assert entitlement().used == 4
        assert outcomes(everyone_orders(world)) == {"CONFIRMED": 1, "entitlement_used_up": CLIENTS - 1}
        with scope(EVERYTHING):
            check_units(world)
            for order in Order.objects.all():
                check_is_whole(order)


def test_control_without_the_check_more_than_one_gets_it(world: World) -> None:
    with row(59, "the same without the CHECK", n=10) as counts, without(Entitlement, NEVER_OVERSOLD):
        counts["wins"] = outcomes(everyone_orders(world, 10))["CONFIRMED"]
        with scope(EVERYTHING):
            Entitlement.objects.filter(used__gt=F("quantity")).update(used=F("quantity"))  # so that it can be put back
        assert counts["wins"] >= 2
