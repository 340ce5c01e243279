"""Moving an order: S39 to S52."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from orders.actions.moving import (
    MoveIsWaiting,
    SameTime,
    TooLateToMove,
    accept_offer,
    approve_move,
    check_move,
    decline_move,
    move_order,
    offer_time,
)
from orders.actions.placing import PersonTaken, place_order
from orders.models import Order, OrderChange
from outbox.models import Message
from scheduling.models import Booking
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World, staff


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> DayWish:
    return DayWish(datetime(2027, month, day, hour, minute), timedelta(), None)


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


def move(order: Order, first: DayWish, *, now: datetime = NOW) -> OrderChange:
    return move_order(order, first=first, schedule_update="DONE", by=None, now=now)


def booked(order: Order) -> Booking:
    return Booking.objects.get(reference=order.key, state="BOOKED")


def test_a_move_keeps_number_person_zone_and_length_and_moves_everything_else(world: World, order: Order) -> None:
    """S40, S47, S50"""
    before, person = order.starts_at, booked(order).staff_id
    change = move(order, at(22, 14))

    order.refresh_from_db()
    assert order.starts_at == datetime.fromisoformat("2027-04-22T18:00:00+00:00")
    assert order.ends_at - order.starts_at == timedelta(hours=1)
    assert (change.state, change.old_starts_at, change.staff_kept) == ("APPLIED", before, True)
    assert booked(order).staff_id == person and booked(order).end_at == order.ends_at
    order.engagement.refresh_from_db()
    assert order.engagement.starts_at == order.starts_at
    assert Booking.objects.exclude(state="RELEASED").count() == 1


def test_a_move_by_half_an_hour_ignores_the_orders_own_booking(world: World, order: Order) -> None:
    """S47"""
    preview = check_move(order, first=at(20, 10, 30), by=None, now=NOW)
    assert preview.staff_kept
    move(order, at(20, 10, 30))
    order.refresh_from_db()
    assert booked(order).start_at == order.starts_at - timedelta(minutes=30)


def test_the_preview_lists_what_the_move_shifts(world: World, order: Order) -> None:
    preview = check_move(order, first=at(27, 10), by=None, now=NOW)
    due = dict(order.engagement.tasks.values_list("pk", "due_at"))
    (session,) = order.engagement.sessions.all()
    move(order, at(27, 10))
    shifted = [task.due_at for task in order.engagement.tasks.all() if task.due_at != due[task.pk]]
    assert shifted
    session.refresh_from_db()
    assert sorted(shift.new_at for shift in preview.shifts) == sorted([*shifted, session.starts_at])


def test_the_moved_invitation_has_the_same_uid_and_the_next_sequence(world: World, order: Order) -> None:
    move(order, at(22, 14))
    first, second = (
        Calendar.from_ical(mail.calendar).walk("VEVENT")[0]
        for mail in Message.objects.filter(about=order.number, to=order.email).order_by("pk")
    )
    assert str(second["UID"]) == str(first["UID"])
    assert (int(first["SEQUENCE"]), int(second["SEQUENCE"])) == (0, 1)


def test_nobody_free_offers_three_times_and_keeps_the_old_one(world: World, order: Order) -> None:
    """S48"""
    blocker = place_order(world.draft(when=world.when(datetime(2027, 4, 22, 14, 0))), accept_terms=True, by=None, now=NOW)
    with pytest.raises(PersonTaken) as taken:
        check_move(order, first=at(22, 14), by=None, now=NOW)
    assert len(taken.value.alternatives) == 3
    assert booked(order) and booked(blocker)


def test_another_person_takes_over_when_the_first_is_busy(world: World, order: Order) -> None:
    first = booked(order).staff_id
    place_order(world.draft(when=world.when(datetime(2027, 4, 22, 14, 0))), accept_terms=True, by=None, now=NOW)
    staff("PRODUCER", 1)
    change = move(order, at(22, 14))
    assert not change.staff_kept and booked(order).staff_id != first


def test_a_move_inside_the_lead_time_waits_at_the_old_time(world: World, order: Order) -> None:
    """S39"""
    old = order.starts_at
    change = move(order, at(9, 10, month=3))
    order.refresh_from_db()
    assert (change.state, order.state, order.starts_at) == ("WAITING", "CONFIRMED", old)
    assert Booking.objects.filter(reference=order.move_reference, state="HELD").exists()
    with pytest.raises(MoveIsWaiting):
        move(order, at(23, 10))


def test_the_coordinator_approves_or_declines_a_late_move(world: World, order: Order) -> None:
    """S39"""
    coordinator = world.coordinator.user
    decline_move(move(order, at(9, 10, month=3)), reason="Too close", by=coordinator, now=NOW)
    assert not Booking.objects.filter(reference=order.move_reference, state="HELD").exists()
    approve_move(move(order, at(10, 10, month=3)), by=coordinator, now=NOW)
    order.refresh_from_db()
    assert order.starts_at == datetime.fromisoformat("2027-03-10T15:00:00+00:00")
    assert booked(order).end_at == order.ends_at


def test_what_a_move_refuses(world: World, order: Order) -> None:
    with pytest.raises(SameTime):
        move(order, at(20, 10))
    with pytest.raises(TooLateToMove):
        move(order, at(22, 14), now=order.starts_at)


def test_a_three_day_event_moves_as_a_whole(world: World) -> None:
    order = place_order(world.draft("event-staff", when=world.when(hours=8, days=3)), accept_terms=True, by=None, now=NOW)
    move(order, at(27, 9))
    days = list(order.days.order_by("position").values_list("local_date", "local_time"))
    assert [(day.day, time.hour) for day, time in days] == [(27, 9), (28, 10), (29, 10)]  # the others keep their wall times


def test_a_waiting_order_takes_the_time_the_coordinator_offers(world: World) -> None:
    """S9, S48"""
    order = place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10, 0))), accept_terms=True, by=None, now=NOW)
    offer_time(order, first=at(23, 10), by=world.coordinator.user, now=NOW)
    accept_offer(order, by=world.orderer, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.starts_at) == ("CONFIRMED", datetime.fromisoformat("2027-04-23T14:00:00+00:00"))
    assert booked(order).end_at == order.ends_at
    assert Booking.objects.exclude(state="RELEASED").count() == 1
