"""Row 5 of the promises: time held for orders that nobody finished comes back by itself."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from customers.tenancy import EVERYTHING, scope
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.actions.placing import PersonTaken, place_order
from orders.asks import Event, Meeting
from orders.models import Order
from orders.queries import hold_length, need_of_order
from scheduling.actions import expire_holds
from scheduling.models import Booking
from scheduling.queries import free_staff
from tests.orders.conftest import NOW, World, staff
from tests.reliability.database import overlaps
from tests.reliability.figures import row, size
from tests.reliability.placed import FIRST_DAY, check_units, entitle_to_all, place

DRAFTS = size(50, 1_000)
PEOPLE = 10
LATER = NOW + hold_length()

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def world(committed_world: World) -> World:
    with scope(EVERYTHING):
        entitle_to_all(committed_world)
        staff("PRODUCER", PEOPLE - 1)
    return committed_world


def slot(number: int) -> datetime:
    """Ten people hold each of the times."""
    return FIRST_DAY + timedelta(hours=3 * (number // PEOPLE))


def abandon(world: World, start: datetime) -> Order:
    """All four steps answered, and then the window is closed. Nobody's own three holds count here."""
    draft = start_draft(by=world.orderer, organisation=world.organisation, now=NOW)
    found = save_availability(draft, ask=world.ask(when=world.when(start)), by=None, now=NOW)
    assert found.held_until == LATER
    save_meeting(draft, answers=Meeting(is_scheduled=True), by=None, now=NOW)
    return save_event(draft, answers=Event(title="Spring launch", event_kind="MEETING"), by=None, now=NOW)


def confirm(draft: Order) -> str:
    try:
        return place_order(draft, accept_terms=True, by=None, now=LATER).state
    except PersonTaken as taken:
        return f"{taken.code}, {len(taken.alternatives)} offers"


def test_abandoned_holds_end_and_late_confirmations_find_the_time_gone(world: World) -> None:
    with row(5, "abandoned drafts", n=DRAFTS) as counts:
        with scope(EVERYTHING):
            drafts = [abandon(world, slot(number)) for number in range(DRAFTS)]
            needs = [need_of_order(draft) for draft in drafts[::PEOPLE]]
        assert Booking.objects.filter(state="HELD").count() == DRAFTS
        assert not any(free_staff(need, now=LATER - timedelta(seconds=1)) for need in needs)
        assert all(len(free_staff(need, now=LATER)) == PEOPLE for need in needs)  # before anybody has tidied

        half = DRAFTS // PEOPLE // 2 * PEOPLE  # whole times: all ten of one are gone, or none
        gone, kept = drafts[:half], drafts[half:]
        with scope(EVERYTHING):
            others = [place(world, slot(number), now=LATER) for number in range(len(gone))]
        assert expire_holds(now=LATER) <= DRAFTS  # who was faster has released some
        assert not Booking.objects.filter(state="HELD").exists()

        with scope(EVERYTHING):
            answers = Counter(confirm(draft) for draft in gone), Counter(confirm(draft) for draft in kept)
            assert answers == (
                {"nobody_free, 3 offers": len(gone)},
                {"CONFIRMED": len(kept)},
            )  # who comes late to a free time still gets it
            check_units(world)
        counts |= {"wins": len(others) + len(kept), "losses": len(gone), "held": Booking.objects.filter(state="HELD").count()}
        assert counts["held"] == overlaps() == 0
