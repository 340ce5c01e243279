"""Cancelling and waiting: S9, S30, S39, S41, S53."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from catalog.models import Entitlement
from orders.actions.cancelling import FeeNotAccepted, OrderIsOver, TooLateToCancel, cancel_order, decline_order
from orders.actions.placing import place_order
from orders.actions.waiting import PersonNotFree, confirm_waiting, recheck
from orders.models import Order
from orders.queries import cancellation_fee
from outbox.models import Message
from scheduling.models import Booking
from tests.orders.conftest import NOW, World, staff


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.mark.parametrize(
    ("before", "percent"),
    [
        (timedelta(days=14), 0),
        (timedelta(days=14) - timedelta(seconds=1), 30),
        (timedelta(hours=48), 30),
        (timedelta(hours=47, minutes=59), 100),
    ],
)
def test_the_fee_depends_on_the_minute(order: Order, before: timedelta, percent: int) -> None:
    """S41"""
    fee = cancellation_fee(order, now=order.starts_at - before)
    assert fee.percent == percent
    assert fee.amount == Decimal(order.price["contract"]) * percent / 100


def test_cancelling_frees_the_person_gives_the_unit_back_and_withdraws_the_invitation(world: World, order: Order) -> None:
    """S53"""
    cancel_order(order, accept_fee=None, by=world.orderer, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.cancelled_because, order.cancellation_fee) == ("CANCELLED", "CUSTOMER", 0)
    assert not Booking.objects.exclude(state="RELEASED").exists()
    assert Entitlement.objects.get(package__code="mc-premium").used == 0
    order.engagement.refresh_from_db()
    assert order.engagement.state == "CANCELLED" and not order.engagement.tasks.filter(state="OPEN").exists()
    mail = Message.objects.filter(about=order.number, to=order.email, state="QUEUED").get()
    assert mail.calendar_method == "CANCEL" and "SEQUENCE:1" in mail.calendar


def test_a_fee_must_be_accepted_as_it_is_now(world: World, order: Order) -> None:
    """S41"""
    now = order.starts_at - timedelta(days=3)
    with pytest.raises(FeeNotAccepted) as refused:
        cancel_order(order, accept_fee=Decimal("1.00"), by=world.orderer, now=now)
    done = cancel_order(order, accept_fee=refused.value.fee.amount, by=world.orderer, now=now)
    assert done.cancellation_fee == refused.value.fee.amount > 0


def test_after_the_start_only_staff_cancel(world: World, order: Order) -> None:
    """S39"""
    with pytest.raises(TooLateToCancel):
        cancel_order(order, accept_fee=Decimal(9999), by=world.orderer, now=order.starts_at)
    assert cancel_order(order, accept_fee=Decimal(9999), by=world.coordinator.user, by_staff=True, now=order.starts_at).state == "CANCELLED"


def test_cancelling_twice_is_once(world: World, order: Order) -> None:
    cancel_order(order, accept_fee=None, by=world.orderer, now=NOW)
    cancel_order(order, accept_fee=None, by=world.orderer, now=NOW)
    assert Message.objects.filter(about=order.number, calendar_method="CANCEL", to=order.email).count() == 1


@pytest.fixture
def late(world: World) -> Order:
    return place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10, 0))), accept_terms=True, by=world.orderer, now=NOW)


def test_a_declined_order_costs_nothing(world: World, late: Order) -> None:
    """S9"""
    decline_order(late, reason="No one", by=world.coordinator.user, now=NOW)
    late.refresh_from_db()
    assert (late.state, late.cancelled_because, late.cancellation_fee) == ("CANCELLED", "DECLINED", 0)
    with pytest.raises(OrderIsOver):
        decline_order(late, reason="Again", by=world.coordinator.user, now=NOW)


def test_the_coordinator_confirms_with_a_chosen_person(world: World, late: Order) -> None:
    """S9"""
    second = staff("PRODUCER", 1)[0]
    confirmed = confirm_waiting(late, staff=second, by=world.coordinator.user, now=NOW)
    assert confirmed.state == "CONFIRMED"
    assert Booking.objects.get(reference=late.key, state="BOOKED").staff == second


def test_a_person_without_the_role_cannot_be_chosen(world: World, late: Order) -> None:
    with pytest.raises(PersonNotFree):
        confirm_waiting(late, staff=world.analysts[0], by=world.coordinator.user, now=NOW)


def test_the_workers_confirm_a_waiting_order_once_somebody_is_free(world: World, order: Order) -> None:
    """S48"""
    waiting = place_order(world.draft(waits=True), accept_terms=True, by=world.orderer, now=NOW)
    assert not recheck(waiting, now=NOW)
    cancel_order(order, accept_fee=None, by=world.orderer, now=NOW)
    assert recheck(waiting, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == "CONFIRMED"
    assert not recheck(waiting, now=NOW)


def test_the_workers_never_confirm_a_late_order(world: World, late: Order) -> None:
    assert not recheck(late, now=NOW)


def test_an_order_that_nobody_took_ends_with_its_event(world: World, order: Order) -> None:
    waiting = place_order(world.draft(waits=True), accept_terms=True, by=world.orderer, now=NOW)
    assert recheck(waiting, now=waiting.starts_at)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.cancelled_because) == ("CANCELLED", "EXPIRED")
