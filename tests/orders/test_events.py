"""What programs are told about orders: one event a step, without anybody's name. Source: issue 4, interfaces `webhook-endpoints/`"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from engagements.actions.filling import fill_seats
from orders.actions.cancelling import cancel_order, decline_order
from orders.actions.moving import accept_offer, move_order, offer_time
from orders.actions.placing import PersonTaken, order_directly, place_order
from orders.actions.waiting import confirm_waiting, recheck
from orders.asks import Event as Asked
from orders.asks import Meeting
from orders.models import Order
from outbox.models import Event
from scheduling.models import StaffMember
from scheduling.windows import DayWish
from tests.orders.conftest import CONTACT, NOW, World


def at(day: int, hour: int, month: int = 4) -> DayWish:
    return DayWish(datetime(2027, month, day, hour), timedelta(), None)


def told(order: Order) -> list[tuple[str, str, Any]]:
    """About the order itself."""
    rows = Event.objects.filter(organisation_id=order.organisation_id, about=order.number, kind__startswith="order.").order_by("id")
    return [(each.kind, each.payload["status"], each.payload["starts_at"]) for each in rows]


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def late(world: World) -> Order:
    return place_order(world.draft(when=world.when(datetime(2027, 3, 9, 10))), accept_terms=True, by=world.orderer, now=NOW)


def test_confirmed_moved_and_cancelled(order: Order) -> None:
    move_order(order, first=at(22, 14), schedule_update="DONE", by=None, now=NOW)
    cancel_order(order, accept_fee=None, by=None, now=NOW)
    assert told(order) == [
        ("order.confirmed", "CONFIRMED", "2027-04-20T14:00:00Z"),
        ("order.moved", "CONFIRMED", "2027-04-22T18:00:00Z"),
        ("order.cancelled", "CANCELLED", "2027-04-22T18:00:00Z"),
    ]
    _confirmed, _staffed, moved, cancelled = Event.objects.filter(organisation_id=order.organisation_id).order_by("id")
    assert moved.payload["previous"] == {"starts_at": "2027-04-20T14:00:00Z", "ends_at": "2027-04-20T15:00:00Z"}
    assert (cancelled.payload["cancelled_because"], cancelled.payload["fee"]) == ("CUSTOMER", {"amount": "0.00", "currency": "USD"})


def staffed(order: Order) -> list[dict[str, Any]]:
    return [each.payload for each in Event.objects.filter(about=order.number, kind="engagement.staffed").order_by("id")]


def test_an_engagement_with_everyone_it_needs_says_so_after_its_order(order: Order) -> None:
    assert [each.kind for each in Event.objects.order_by("id")] == ["order.confirmed", "engagement.staffed"]
    assert staffed(order) == [
        {
            "number": order.number,
            "state": "STAFFED",
            "package": "mc-premium",
            "starts_at": "2027-04-20T14:00:00Z",
            "ends_at": "2027-04-20T15:00:00Z",
            "time_zone": order.zone,
        }
    ]
    move_order(order, first=at(22, 14), schedule_update="DONE", by=None, now=NOW)
    assert len(staffed(order)) == 1  # it had everyone before, too


def test_an_engagement_that_lacks_somebody_says_so_once_it_has_everyone(world: World) -> None:
    StaffMember.objects.filter(roles__contains=["PM"]).update(is_active=False)
    order = place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)
    assert staffed(order) == []
    StaffMember.objects.filter(roles__contains=["PM"]).update(is_active=True)
    assert order.engagement
    fill_seats([order.engagement.pk], now=NOW)
    assert [each["state"] for each in staffed(order)] == ["STAFFED"]


def test_waiting_then_confirmed_by_the_coordinator(world: World, late: Order) -> None:
    confirm_waiting(late, by=world.coordinator.user, now=NOW)
    assert [kind for kind, _state, _start in told(late)] == ["order.waiting", "order.confirmed"]
    waiting = Event.objects.filter(about=late.number).order_by("id")[0]
    assert (waiting.payload["waiting_reason"], waiting.payload["answer_due_at"]) == ("LATE", "2027-03-02T09:00:00Z")


def test_waiting_then_an_offer_is_confirmed_at_its_time(world: World, late: Order) -> None:
    offer_time(late, first=at(27, 10), by=world.coordinator.user, now=NOW)
    accept_offer(late, by=world.orderer, now=NOW)
    assert told(late)[-1] == ("order.confirmed", "CONFIRMED", "2027-04-27T14:00:00Z")
    assert len(told(late)) == 2


def test_declined_and_expired_say_why(world: World, late: Order) -> None:
    decline_order(late, reason="Nobody is left that day.", by=world.coordinator.user, now=NOW)
    other = place_order(world.draft(when=world.when(datetime(2027, 3, 10, 10))), accept_terms=True, by=world.orderer, now=NOW)
    recheck(other, now=NOW + timedelta(days=20))
    reasons = [each.payload["cancelled_because"] for each in Event.objects.filter(kind="order.cancelled").order_by("id")]
    assert reasons == ["DECLINED", "EXPIRED"]


def test_what_is_refused_or_undone_is_not_told(world: World, order: Order) -> None:
    with pytest.raises(PersonTaken):
        order_directly(
            world.organisation, ask=world.ask(), meeting=Meeting(), event=Asked(title="Again", event_kind="MEETING"), key="again", by=None,
            language="en", now=NOW,
        )  # fmt: skip
    with transaction.atomic():
        cancel_order(order, accept_fee=None, by=None, now=NOW)
        transaction.set_rollback(True)
    assert [kind for kind, _state, _start in told(order)] == ["order.confirmed"]
    assert Event.objects.count() == 2  # of the order that was placed


def test_no_event_names_anybody(world: World, order: Order, late: Order) -> None:
    cancel_order(late, accept_fee=None, by=None, reason="Dana is ill.", now=NOW)
    text = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    for personal in (CONTACT.first_name, CONTACT.last_name, CONTACT.email, CONTACT.phone, "Spring launch", world.orderer.email):
        assert personal not in text
