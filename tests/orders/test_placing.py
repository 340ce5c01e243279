"""Placing an order: S9, S15, S23, S30, S31, S34 to S38, S73."""

from datetime import datetime, timedelta

import pytest

from catalog.models import Entitlement
from catalog.queries import EntitlementUsedUp
from engagements.models import Assignment, EventDay
from orders.actions.placing import PersonTaken, TermsNotAccepted, place_order
from orders.models import Order
from orders.numbers import normalise
from outbox.models import Message
from scheduling.models import Booking
from tests.orders.conftest import NOW, World


def test_a_confirmed_order_has_number_price_terms_booking_and_engagement(world: World) -> None:
    order = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)

    assert order.state == Order.State.CONFIRMED
    assert normalise(order.number) == order.number  # S34
    assert order.price["currency"] == "USD" and order.cancellation["tiers"]  # S35, S37
    assert order.terms is not None  # S73
    booking = Booking.objects.get(reference=order.key)
    assert booking.state == Booking.State.BOOKED
    assert booking.start_at == order.starts_at - timedelta(minutes=30)  # S3
    assert order.engagement.number == order.number
    assert EventDay.objects.get(engagement=order.engagement).window_starts_at == booking.start_at
    assert Assignment.objects.filter(engagement=order.engagement, role="PRODUCER", staff=booking.staff).exists()


def test_the_confirmation_mail_carries_number_contacts_fees_and_invitation(world: World) -> None:
    order = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)

    mail = Message.objects.get(about=order.number, to=order.email)
    assert order.number in mail.subject and "Meeting Center Premium" in mail.subject  # S36
    producer = Booking.objects.get(reference=order.key).staff.user
    for expected in (order.number, producer.email, world.coordinator.user.email, "30 %", "100 %", f"/orders/{order.number}/cancel/"):
        assert expected in mail.text and expected in mail.html, expected  # S37, S38
    assert mail.calendar_method == "REQUEST" and "UID:" in mail.calendar


def test_placing_twice_orders_once(world: World) -> None:
    """S31, promises row 9"""
    draft = world.draft()
    first = place_order(draft, accept_terms=True, by=world.orderer, now=NOW)
    again = place_order(draft, accept_terms=True, by=world.orderer, now=NOW)

    assert again.number == first.number
    assert Message.objects.filter(about=first.number, to=first.email).count() == 1
    assert Entitlement.objects.get(package__code="mc-premium").used == 1


def test_a_late_order_waits_and_holds_the_person_until_the_answer_is_due(world: World) -> None:
    """S9"""
    late = world.when(datetime(2027, 3, 9, 10, 0))
    order = place_order(world.draft(when=late), accept_terms=True, by=world.orderer, now=NOW)

    assert (order.state, order.waiting_reason) == (Order.State.WAITING, Order.WaitingReason.LATE)
    held = Booking.objects.get(reference=order.key, state="HELD")
    assert (held.state, held.expires_at) == (Booking.State.HELD, order.answer_due_at)
    assert Message.objects.filter(about=order.number, to=world.coordinator.user.email).exists()


def test_exactly_two_weeks_ahead_is_in_time(world: World) -> None:
    """S9: 14 calendar days to the same wall time, across the start of summer time on 14 March"""
    now = datetime.fromisoformat("2027-03-08T15:00:00+00:00")  # 10:00 in Montreal
    edge = world.when(datetime(2027, 3, 22, 10, 0))
    assert place_order(world.draft(when=edge, now=now), accept_terms=True, by=None, now=now).state == Order.State.CONFIRMED


def test_a_language_nobody_speaks_waits_with_an_answer_in_one_working_day(world: World) -> None:
    """S30"""
    order = place_order(world.draft(language="de"), accept_terms=True, by=world.orderer, now=NOW)

    assert (order.state, order.waiting_reason) == (Order.State.WAITING, Order.WaitingReason.LANGUAGE)
    assert order.answer_due_at == datetime.fromisoformat("2027-03-02T09:00:00+00:00")


def test_the_person_taken_at_an_expired_hold_offers_three_other_times(world: World) -> None:
    """S48"""
    slow, quick = world.draft(), None
    later = NOW + timedelta(minutes=16)
    quick = world.draft(now=later)
    place_order(quick, accept_terms=True, by=world.orderer, now=later)

    with pytest.raises(PersonTaken) as taken:
        place_order(slow, accept_terms=True, by=world.orderer, now=later)
    assert len(taken.value.alternatives) == 3
    slow.refresh_from_db()
    assert slow.state == Order.State.DRAFT


def test_waiting_for_someone_is_a_choice(world: World) -> None:
    """S48"""
    place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    order = place_order(world.draft(waits=True), accept_terms=True, by=world.orderer, now=NOW)
    assert (order.state, order.waiting_reason) == (Order.State.WAITING, Order.WaitingReason.NOBODY_FREE)


def test_terms_must_be_accepted(world: World) -> None:
    """S73"""
    draft = world.draft()
    with pytest.raises(TermsNotAccepted):
        place_order(draft, accept_terms=False, by=world.orderer, now=NOW)
    assert Entitlement.objects.get(package__code="mc-premium").used == 0


def test_the_last_unit_is_sold_once(world: World) -> None:
    """S15"""
    Entitlement.objects.filter(package__code="mc-premium").update(quantity=1)
    first, second = world.draft(), world.draft(when=world.when(datetime(2027, 4, 21, 10, 0)))
    place_order(first, accept_terms=True, by=world.orderer, now=NOW)
    with pytest.raises(EntitlementUsedUp):
        place_order(second, accept_terms=True, by=world.orderer, now=NOW)


def test_the_three_day_package_books_one_analyst_for_nine_hours_a_day(world: World) -> None:
    """S74, S76, S85, S86"""
    order = place_order(world.draft("event-staff", when=world.when(hours=10, days=3)), accept_terms=True, by=world.orderer, now=NOW)

    bookings = list(Booking.objects.filter(reference=order.key))
    assert len(bookings) == 3 and len({each.staff_id for each in bookings}) == 1
    assert {each.end_at - each.start_at for each in bookings} == {timedelta(hours=9)}
    assert set(order.engagement.assignments.values_list("role", flat=True)) >= {"PM", "ANALYST"}
