"""Row 2 of the promises: partly overlapping wishes are never given to one person, and what is offered instead was free."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection

from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from orders.actions.placing import PersonTaken
from orders.models import Order
from orders.queries import need_of_order
from scheduling.models import Booking
from tests.orders.conftest import World, staff
from tests.reliability.database import overlaps
from tests.reliability.figures import row, size
from tests.reliability.placed import FIRST_DAY, check_is_whole, check_units, entitle_to_all, place

ORDERS = size(60, 500)
REPEATS = size(1, 10)
PEOPLE, AT_ONCE = 10, 16
DAYS = size(1, 5)  # few enough that many find nobody
QUARTER = timedelta(minutes=15)

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Asked:
    """One order's story by the clock of this process: nothing that was booked before `began` may be offered as free."""

    began: float
    ended: float
    answer: Order | Refusal


@pytest.mark.parametrize("seed", range(REPEATS))
def test_overlapping_wishes(committed_world: World, seed: int) -> None:
    world, chance = committed_world, random.Random(seed)
    with scope(EVERYTHING):
        entitle_to_all(world)
        staff("PRODUCER", PEOPLE - 1)
    starts = [FIRST_DAY + chance.randrange(0, DAYS * 96) * QUARTER for _order in range(ORDERS)]
    lengths = [chance.choice([0.5, 1, 2, 4, 8]) for _order in range(ORDERS)]
    with row(2, f"overlapping wishes, seed {seed}", n=ORDERS) as counts:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = list(pool.map(asker(world), starts, lengths))
        placed = [each for each in asked if isinstance(each.answer, Order)]
        taken = [each for each in asked if isinstance(each.answer, PersonTaken)]
        counts |= {"wins": len(placed), "losses": len(taken), "overlaps": overlaps()}
        assert len(placed) + len(taken) == ORDERS, [each.answer for each in asked if each not in placed + taken]
        assert placed and taken and counts["overlaps"] == 0
        with scope(EVERYTHING):
            counts["offers"] = check_offers_were_free(placed, taken)
            check_units(world)
            for each in placed:
                check_is_whole(each.answer)


def asker(world: World) -> Callable[[datetime, float], Asked]:
    def ask(start: datetime, hours: float) -> Asked:
        try:
            began = time.monotonic()
            with scope(EVERYTHING):
                answer: Order | Refusal = place(world, start, hours=hours)
        except Refusal as refusal:
            answer = refusal
        finally:
            connection.close()
        return Asked(began, time.monotonic(), answer)

    return ask


def check_offers_were_free(placed: list[Asked], taken: list[Asked]) -> int:
    """Each offer names a person whom no order that was answered before this one was asked had booked then; returns how many offers."""
    booked = {each.answer.key: list(Booking.objects.filter(reference=each.answer.key, state="BOOKED")) for each in placed}
    offers = 0
    for each in taken:
        known = [booking for other in placed if other.ended < each.began for booking in booked[other.answer.key]]
        assert len(each.answer.alternatives) == 3
        for offer in each.answer.alternatives:
            offers += 1
            for opens_at, closes_at in offer.windows:
                clash = [one for one in known if one.staff_id == offer.person and one.start_at < closes_at and one.end_at > opens_at]
                assert not clash, (offer, clash)
    return offers


def test_an_offer_that_was_taken_before_would_be_seen(committed_world: World) -> None:
    """The check above can see the fault."""
    world = committed_world
    with scope(EVERYTHING):
        first = Asked(0, 1, place(world, FIRST_DAY))
        with pytest.raises(PersonTaken) as taken:
            place(world, FIRST_DAY)
        late = Asked(2, 3, taken.value)
        check_offers_were_free([first], [late])
        second = Asked(1, 1.5, place(world, taken.value.alternatives[0].starts_at.replace(tzinfo=None) - timedelta(hours=4)))
        assert need_of_order(second.answer).days[0].starts_at == taken.value.alternatives[0].starts_at
        with pytest.raises(AssertionError):
            check_offers_were_free([first, second], [late])
