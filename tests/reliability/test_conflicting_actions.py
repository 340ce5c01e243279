"""Row 6 of the promises: two people decide about one order at the same moment. One has an effect, the other hears how things stand."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import cancel_order, decline_order
from orders.actions.moving import accept_offer, approve_move, decline_move, move_order, offer_time
from orders.actions.waiting import confirm_waiting, recheck
from orders.models import Order, OrderChange
from scheduling.models import Booking
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World, staff
from tests.reliability.crowd import on_own_connections
from tests.reliability.database import overlaps, slow
from tests.reliability.figures import row, size
from tests.reliability.placed import check_is_whole, check_units, day, entitle_to_all, place, said

PAIRS_OF_A_KIND = size(2, 20)
LATE = datetime(2027, 3, 9, 10, 0)  # inside the lead time

Action = Callable[[], Any]


@pytest.fixture
def world(committed_world: World) -> World:
    with scope(EVERYTHING):
        entitle_to_all(committed_world)
    return committed_world


def wish(start: datetime) -> DayWish:
    return DayWish(start, timedelta())


def move_to(order: Order, start: datetime) -> Action:
    return partial(move_order, order, first=wish(start), schedule_update="DONE", by=None, now=NOW, version=order.version)


def cancel(order: Order) -> Action:
    return partial(cancel_order, order, accept_fee=Decimal(10_000), by=None, now=NOW, version=order.version)


def confirmed(world: World, n: int) -> Order:
    return place(world, day(n))


def waiting(world: World, n: int) -> Order:
    """For the coordinator's word: inside the lead time."""
    return place(world, LATE + timedelta(hours=2 * n))


def waiting_for_someone(world: World, n: int) -> Order:
    """Who has just become free."""
    other = confirmed(world, n)
    order = place(world, day(n), waits=True)
    cancel(other)()
    return order


def cancel_or_move(world: World, n: int) -> tuple[Order, list[Action]]:
    order = confirmed(world, n)
    return order, [cancel(order), move_to(order, day(500 + n))]


def move_or_move(world: World, n: int) -> tuple[Order, list[Action]]:
    order = confirmed(world, n)
    return order, [move_to(order, day(400 + n)), move_to(order, day(200 + n))]


def cancel_or_cancel(world: World, n: int) -> tuple[Order, list[Action]]:
    order = confirmed(world, n)
    return order, [cancel(order), cancel(order)]


def confirm_or_decline(world: World, n: int) -> tuple[Order, list[Action]]:
    order, by = waiting(world, n), world.coordinator.user
    return order, [partial(confirm_waiting, order, by=by, now=NOW), partial(decline_order, order, reason="No", by=by, now=NOW)]


def confirm_or_confirm(world: World, n: int) -> tuple[Order, list[Action]]:
    order, by = waiting(world, n), world.coordinator.user
    return order, [partial(confirm_waiting, order, by=by, now=NOW) for _twice in range(2)]


def confirm_or_cancel(world: World, n: int) -> tuple[Order, list[Action]]:
    order, by = waiting(world, n), world.coordinator.user
    return order, [partial(confirm_waiting, order, by=by, now=NOW), cancel(order)]


def approve_or_decline(world: World, n: int) -> tuple[Order, list[Action]]:
    order, by = confirmed(world, n), world.coordinator.user
    change = move_order(order, first=wish(LATE + timedelta(hours=2 * n)), schedule_update="DONE", by=None, now=NOW)
    return order, [partial(approve_move, change, by=by, now=NOW), partial(decline_move, change, reason="No", by=by, now=NOW)]


def accept_or_withdraw(world: World, n: int) -> tuple[Order, list[Action]]:
    order, by = waiting(world, n), world.coordinator.user
    change = offer_time(order, first=wish(day(100 + n)), by=by, now=NOW)
    order.refresh_from_db()
    return order, [partial(accept_offer, order, by=by, now=NOW), partial(decline_move, change, reason="", by=None, now=NOW)]


def worker_or_coordinator(world: World, n: int) -> tuple[Order, list[Action]]:
    """Somebody becomes free: the worker and the coordinator both see it."""
    order = waiting_for_someone(world, n)
    return order, [partial(recheck, order, now=NOW), partial(confirm_waiting, order, by=world.coordinator.user, now=NOW)]


def worker_or_customer(world: World, n: int) -> tuple[Order, list[Action]]:
    order = waiting_for_someone(world, n)
    return order, [partial(recheck, order, now=NOW), cancel(order)]


KINDS = {
    cancel_or_move: [{"order_cancelled"}, {"order_moved"}],
    move_or_move: [{"order_moved"}],
    cancel_or_cancel: [{"order_cancelled"}],
    confirm_or_decline: [{"order_confirmed"}, {"order_declined"}],
    confirm_or_confirm: [{"order_confirmed"}],
    confirm_or_cancel: [{"order_confirmed"}, {"order_cancelled"}],
    approve_or_decline: [{"order_moved"}, {"move_declined"}],
    accept_or_withdraw: [{"order_confirmed"}, {"move_declined"}],
    worker_or_coordinator: [{"order_confirmed"}],
    worker_or_customer: [{"order_confirmed"}, {"order_cancelled"}],
}
SILENT = {cancel_or_cancel, worker_or_coordinator, worker_or_customer}  # a second yes, and a worker that came late, change nothing


@pytest.mark.timeout(600)
def test_of_two_who_decide_at_once_one_does(world: World) -> None:
    with row(6, "pairs of conflicting actions", n=PAIRS_OF_A_KIND * len(KINDS)) as counts:
        ended: Counter[str] = Counter()
        for kind in KINDS:
            for n in range(PAIRS_OF_A_KIND):
                ended += decide(world, kind, n)
            with scope(EVERYTHING):
                check_units(world)
                Booking.objects.all().update(state=Booking.State.RELEASED, expires_at=None)  # the next kind wants these times too
        assert overlaps() == 0
        counts |= {"wins": ended["done"], "losses": ended["refused"] + ended["silent"]}


def decide(world: World, kind: Callable[[World, int], tuple[Order, list[Action]]], n: int) -> Counter[str]:
    """Run one pair; exactly one mail of those that the kind allows says what was done."""
    with scope(EVERYTHING):
        order, actions = kind(world, n)
        before = Counter(said(order))
    answers = on_own_connections(actions)
    refused = [each for each in answers if isinstance(each, Refusal)]
    assert all(each.status == 409 for each in refused), refused
    with scope(EVERYTHING):
        news = Counter(said(order)) - before
        assert set(news) in KINDS[kind] and news.total() == 1, (kind.__name__, news, answers)
        check_is_whole(order)
        assert not OrderChange.objects.filter(order=order, state="WAITING").exists()
    if kind not in SILENT:
        assert len(refused) == 1, (kind.__name__, answers)
    return Counter(done=1, refused=len(refused), silent=1 - len(refused))


@pytest.mark.parametrize("second", [move_to, lambda order, _start: cancel(order)], ids=["move", "cancel"])
def test_who_decides_on_an_old_page_is_told_that_the_order_has_changed(world: World, second: Callable[[Order, datetime], Action]) -> None:
    with scope(EVERYTHING):
        order = confirmed(world, 0)
        late = second(order, day(9))
        move_to(order, day(4))()
    (answer,) = on_own_connections([late])
    assert (answer.code, answer.status) == ("order_changed", 409)
    with scope(EVERYTHING):
        check_is_whole(order)


def test_control_without_the_version_both_moves_take_effect(world: World) -> None:
    """The test above can see the fault."""
    with scope(EVERYTHING):
        order = confirmed(world, 0)
    moves = [partial(move_order, order, first=wish(day(n)), schedule_update="DONE", by=None, now=NOW) for n in (4, 6)]
    assert [each.state for each in on_own_connections(moves)] == ["APPLIED", "APPLIED"]


def test_a_cancellation_and_an_order_of_one_organisation_do_not_wait_in_a_circle(world: World) -> None:
    """Both want the entitlement and the person: always in this order."""
    with scope(EVERYTHING):
        order = confirmed(world, 0)
    with slow("BEFORE INSERT OR UPDATE", seconds=0.3):
        cancelled, placed = on_own_connections([cancel(order), partial(place, world, day(3))])
    assert (cancelled.state, placed.state) == ("CANCELLED", "CONFIRMED")
    with scope(EVERYTHING):
        check_units(world)


def test_a_cancellation_and_a_move_of_one_person_do_not_wait_in_a_circle(world: World) -> None:
    with scope(EVERYTHING):
        one, two = confirmed(world, 0), confirmed(world, 1)
        staff("PRODUCER", 1)
    with slow("BEFORE INSERT OR UPDATE", seconds=0.1):
        ended = on_own_connections([cancel(one), move_to(two, day(0))])
    assert not [each for each in ended if isinstance(each, Refusal)]
    with scope(EVERYTHING):
        check_is_whole(one)
        check_is_whole(two)
    assert overlaps() == 0
