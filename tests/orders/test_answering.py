"""What the coordinator and the workers answer to orders and moves that wait: S9, S30, S39, S47, S48."""

from datetime import datetime, timedelta

import pytest

from orders.actions.moving import NothingToAnswer, accept_offer, approve_move, decline_move, move_order, offer_time
from orders.actions.placing import place_order
from orders.actions.waiting import PersonNotFree, confirm_waiting, recheck
from orders.models import Order, OrderChange
from orders.wording import TimeRefusedInWords
from outbox.models import Message
from scheduling.models import Booking, StaffMember
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World, staff


def at(day: int, hour: int, month: int = 4) -> DayWish:
    return DayWish(datetime(2027, month, day, hour), timedelta(), None)


@pytest.fixture
def late(world: World) -> Order:
    return place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10))), accept_terms=True, by=world.orderer, now=NOW)


def held(reference: str) -> StaffMember:
    return Booking.objects.get(reference=reference, state="HELD").staff


def mails(order: Order, words: str) -> int:
    return Message.objects.filter(about=order.number, to=order.email, subject__contains=words).count()


def test_confirming_keeps_who_was_held_even_if_others_are_less_loaded(world: World, late: Order) -> None:
    person = held(late.key)
    staff("PRODUCER", 1)
    StaffMember.objects.filter(pk=person.pk).update(load=9)
    confirm_waiting(late, by=world.coordinator.user, now=NOW)
    assert Booking.objects.get(reference=late.key, state="BOOKED").staff == person


def test_confirming_with_somebody_who_is_not_free_is_refused_and_changes_nothing(world: World, late: Order) -> None:
    person = held(late.key)
    with pytest.raises(PersonNotFree):
        confirm_waiting(late, staff=world.coordinator, by=world.coordinator.user, now=NOW)
    late.refresh_from_db()
    assert (late.state, held(late.key)) == ("WAITING", person)


@pytest.mark.parametrize("who", ["coordinator", "workers"])
def test_confirming_at_the_own_time_withdraws_the_offer_of_another(world: World, who: str) -> None:
    blocked = place_order(world.draft(), accept_terms=True, by=None, now=NOW)
    order = place_order(world.draft(waits=True), accept_terms=True, by=None, now=NOW)
    offer = offer_time(order, first=at(23, 10), by=world.coordinator.user, now=NOW)
    staff("PRODUCER", 1)
    if who == "coordinator":
        confirm_waiting(order, by=world.coordinator.user, now=NOW)
    else:
        assert recheck(order, now=NOW)
    offer.refresh_from_db()
    order.refresh_from_db()
    assert (offer.state, order.state) == (OrderChange.State.WITHDRAWN, "CONFIRMED")
    assert not Booking.objects.filter(reference=order.move_reference).exclude(state="RELEASED").exists()
    assert order.starts_at == blocked.starts_at


def test_each_offer_is_told_also_the_second_one(world: World, late: Order) -> None:
    for day in (23, 24):
        decline_move(offer_time(late, first=at(day, 10), by=world.coordinator.user, now=NOW), reason="", by=None, now=NOW)
    assert mails(late, "nother time") == 2


def test_approving_keeps_who_was_held_for_the_new_time(world: World) -> None:
    order = place_order(world.draft(), accept_terms=True, by=None, now=NOW)
    change = move_order(order, first=at(9, 10, 3), schedule_update="DONE", by=None, now=NOW)
    person = held(order.move_reference)
    staff("PRODUCER", 1)
    StaffMember.objects.filter(pk=person.pk).update(load=9)
    assert approve_move(change, by=world.coordinator.user, now=NOW).staff_kept
    assert Booking.objects.get(reference=order.key, state="BOOKED").staff == person


def test_an_answer_after_the_new_time_has_come_is_refused(world: World, late: Order) -> None:
    order = place_order(world.draft(), accept_terms=True, by=None, now=NOW)
    change = move_order(order, first=at(10, 10, 3), schedule_update="DONE", by=None, now=NOW)
    with pytest.raises(TimeRefusedInWords):
        approve_move(change, by=world.coordinator.user, now=change.new_starts_at + timedelta(minutes=1))
    order.refresh_from_db()
    assert (order.state, order.starts_at) == ("CONFIRMED", change.old_starts_at)


def test_the_coordinator_cannot_take_their_own_offer(world: World, late: Order) -> None:
    offer = offer_time(late, first=at(23, 10), by=world.coordinator.user, now=NOW)
    with pytest.raises(NothingToAnswer):
        approve_move(offer, by=world.coordinator.user, now=NOW)
    accept_offer(late, by=world.orderer, now=NOW)
    late.refresh_from_db()
    assert late.state == "CONFIRMED"
