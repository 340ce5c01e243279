"""A moved event moves on the site, or the customer learns that it does not: S49 to S52."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from orders import tasks as order_tasks
from orders.actions.cancelling import cancel_order
from orders.actions.moving import move_order
from orders.actions.placing import place_order
from orders.forms.changing import ScheduleForm
from orders.models import Order
from outbox.models import Message
from scheduling.windows import DayWish
from tests.orders.conftest import NOW, World
from tests.webex.sites import HOST, Customer, SimulatedWebex, connected
from webex.models import Connection, SiteUpdate, WatchedMeeting
from webex.simulator.meetings import Meeting
from webex.simulator.world import Fault

STARTS, ENDS = datetime(2027, 4, 20, 14, 0, tzinfo=UTC), datetime(2027, 4, 20, 15, 0, tzinfo=UTC)  # 10:00 in Montreal
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NUMBER = "25512340987"


@pytest.fixture
def customer(world: World, webex: SimulatedWebex) -> Customer:
    webex.clock.set(NOW)
    return connected(webex, world.site, may_write=True)


@pytest.fixture
def order(world: World, customer: Customer) -> Order:
    draft = world.draft()
    Order.objects.filter(pk=draft.pk).update(meeting_number="2551 234 0987", host_email=HOST)
    return place_order(draft, accept_terms=True, by=world.orderer, now=NOW)


def on_site(webex: SimulatedWebex, world: World, **fields: Any) -> Meeting:
    values = {"start": STARTS, "end": ENDS, "invitees": ["guest@guests.example"], **fields}
    return webex.meeting(world.site, NUMBER, **values)


def move(order: Order, world: World, said: str = "CONNECTOR", *, days: int = 1, now: datetime = NOW) -> Order:
    first = DayWish(datetime(2027, 4, 20, 10) + timedelta(days=days), timedelta(), None)
    move_order(order, first=first, schedule_update=said, by=world.orderer, now=now)
    order.refresh_from_db()
    return order


def only() -> SiteUpdate:
    return SiteUpdate.objects.exclude(state="WITHDRAWN").get()


def test_the_meeting_is_moved_without_a_mail_to_anybody(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    meeting = on_site(webex, world)
    move(order, world)
    customer.look_after()
    assert (meeting.start, meeting.end, webex.world.mails) == (STARTS + DAY, ENDS + DAY, [])
    assert (only().state, only().why) == ("DONE", "")
    order_tasks.tell_site_updates.run()
    assert only().news_at is None and not Message.objects.filter(key__startswith="site_not_updated").exists()


def test_those_invited_are_mailed_only_when_asked_for(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    """Trap 12: Webex mails everyone unless told not to."""
    on_site(webex, world)
    move(order, world, "TELL_ALL")
    customer.look_after()
    assert webex.world.mails == [HOST, "guest@guests.example"]


def test_of_a_series_only_that_date_moves(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    """Trap 10: changing the series would drop its moved dates."""
    meeting = on_site(webex, world, start=STARTS - 7 * DAY, end=ENDS - 7 * DAY, count=4, recurrence="FREQ=WEEKLY")
    third = meeting.occurrences()[2]
    meeting.moved[third.stamp] = (third.start + MINUTE * 30, third.end + MINUTE * 30)
    move(order, world)
    customer.look_after()
    starts = [each.start for each in meeting.occurrences()]
    assert starts == [STARTS - 7 * DAY, STARTS + DAY, STARTS + 7 * DAY + 30 * MINUTE, STARTS + 14 * DAY]
    assert "_2027" in webex.calls("PATCH")[0].path


FAILURES: dict[str, Any] = {
    "NOT_FOUND": lambda _webex, _world: None,
    "RUNNING": lambda webex, world: webex.begin(on_site(webex, world), NOW - MINUTE),
    "REFUSED": lambda webex, world: (on_site(webex, world), webex.world.faults.append(Fault(method="PATCH", status=400))),
    "NO_CONNECTION": lambda webex, world: (on_site(webex, world), Connection.objects.update(may_write=False)),
}


@pytest.mark.parametrize("why", FAILURES)
def test_what_is_not_possible_is_said_with_what_to_do(
    webex: SimulatedWebex, world: World, customer: Customer, order: Order, client: Client, why: str
) -> None:
    FAILURES[why](webex, world)
    move(order, world)
    customer.connection.refresh_from_db()
    customer.look_after()
    assert (only().state, only().why) == ("FAILED", why)
    order_tasks.tell_site_updates.run()
    order_tasks.tell_site_updates.run()
    mail = Message.objects.get(key__startswith="site_not_updated")
    assert mail.to == order.email and "is not at the new time" in mail.text and str(only().get_why_display()) in mail.text
    client.force_login(world.orderer)
    page = client.get(f"/orders/{order.number}/?moved").content.decode()
    assert "We could not change the meeting on your site" in page


@pytest.mark.parametrize("fault", [Fault(status=429, retry_after="60"), Fault(status=423, retry_after="60"), Fault(status=503)])
def test_a_site_that_is_busy_is_asked_again(webex: SimulatedWebex, world: World, customer: Customer, order: Order, fault: Fault) -> None:
    meeting = on_site(webex, world)
    customer.look_after()
    move(order, world)
    webex.world.faults.append(Fault(**{**vars(fault), "method": "PATCH"}))
    customer.look_after()
    assert (only().state, meeting.start) == ("WAITING", STARTS)
    customer.look_after(NOW + 59 * timedelta(seconds=1))
    assert meeting.start == STARTS
    customer.look_after(NOW + 2 * MINUTE)
    assert (only().state, meeting.start) == ("DONE", STARTS + DAY)


def test_a_change_whose_answer_was_lost_is_not_made_twice(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    on_site(webex, world)
    move(order, world, "TELL_ALL")
    webex.world.faults.append(Fault(method="PATCH", status=504, lost=True))
    customer.look_after()
    customer.look_after(NOW + 2 * MINUTE)
    assert only().state == "DONE" and len(webex.calls("PATCH")) == 1 and len(webex.world.mails) == 2


def test_moved_twice_ends_at_the_last_time(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    meeting = on_site(webex, world)
    move(order, world)
    move(order, world, days=3)
    customer.look_after()
    assert meeting.start == STARTS + 3 * DAY and len(webex.calls("PATCH")) == 1


def test_what_the_customer_says_is_done_is_checked(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    """S50: verify by a look; what was just changed may take a while to show."""
    meeting = on_site(webex, world)
    move(order, world, "DONE")
    customer.look_after()
    assert only().state == "WAITING" and meeting.start == STARTS and webex.calls("PATCH") == []
    meeting.start, meeting.end = STARTS + DAY, ENDS + DAY
    customer.look_after(NOW + 3 * MINUTE)
    assert only().state == "DONE"


def test_what_is_said_to_be_done_and_is_not_is_told(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    on_site(webex, world)
    move(order, world, "DONE")
    for minutes in (0, 3, 15, 50):
        customer.look_after(NOW + minutes * MINUTE)
    assert (only().state, only().why) == ("FAILED", "DIFFERS")


def test_a_cancelled_order_leaves_the_meeting_alone(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    meeting = on_site(webex, world)
    move(order, world)
    cancel_order(order, accept_fee=Decimal(10_000), by=world.orderer, now=NOW)
    customer.look_after()
    assert meeting.start == STARTS and SiteUpdate.objects.get().state == "WITHDRAWN"
    assert not WatchedMeeting.objects.filter(next_look_at__isnull=False).exists()


def test_the_watched_days_follow_the_order(webex: SimulatedWebex, world: World, customer: Customer, order: Order) -> None:
    watched = WatchedMeeting.objects.get()
    assert (watched.reference, watched.meeting_number, watched.starts_at, watched.ends_at) == (order.number, NUMBER, STARTS, ENDS)
    move(order, world)
    watched.refresh_from_db()
    assert (watched.starts_at, watched.ends_at) == (STARTS + DAY, ENDS + DAY)


def choices(order: Order) -> set[str]:
    return {value for value, _label in ScheduleForm(order=Order.objects.get(pk=order.pk)).fields["schedule_update"].choices}  # type: ignore[attr-defined]


def test_the_choice_is_there_only_where_it_can_be_kept(world: World, customer: Customer, order: Order) -> None:
    """S52: allowed for the site, still connected, and we know which meeting."""
    assert {"CONNECTOR", "TELL_ALL"} <= choices(order)
    for change in (
        lambda: Connection.objects.update(may_write=False),
        lambda: Order.objects.update(host_email=""),
        lambda: type(world.site).objects.update(schedule_updates="MANUAL"),
    ):
        with transaction.atomic():
            change()
            assert not {"CONNECTOR", "TELL_ALL"} & choices(order)
            transaction.set_rollback(True)
