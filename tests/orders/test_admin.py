"""The coordinator's desk: who sees what, what the buttons do, and what the lists cost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import User
from orders.actions.moving import move_order, offer_time
from orders.actions.placing import place_order
from orders.admin.orders import OrderAdmin
from orders.models import Order, OrderChange
from outbox.actions import record_sent
from outbox.models import Message
from scheduling.models import Booking
from scheduling.windows import DayWish
from tests import make
from tests.orders.conftest import NOW, World, staff

LATE = datetime(2027, 3, 9, 10)  # inside the lead time, seen from NOW
LIST, WAITING, MOVES = "/admin/orders/order/", "/admin/orders/waitingorder/", "/admin/orders/waitingmove/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(world.coordinator.user)
    client.coordinator = world.coordinator.user
    return client


@pytest.fixture
def late(world: World) -> Order:
    return place_order(world.draft(when=world.when(LATE)), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def confirmed(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def late_move(confirmed: Order) -> OrderChange:
    first = DayWish(LATE, timedelta(), None)
    return move_order(confirmed, first=first, schedule_update="DONE", by=None, now=NOW)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def answer(client: Client, order: Order, name: str, **values: object) -> str:
    """Press a button: the page that follows, and the order as it is now."""
    said = client.post(f"{LIST}{order.pk}/{name}/", values, follow=True)
    assert said.status_code == 200, said.status_code
    order.refresh_from_db()
    return said.content.decode()


def test_the_waiting_list_says_why_what_to_do_and_by_when(desk: Client, late: Order) -> None:
    shown = page(desk, WAITING)
    person = Booking.objects.get(reference=late.key, state="HELD").staff
    for words in (
        late.number,
        "Northwind Training",
        "Meeting Center Premium",
        "Tue 9 March 2027, 10:00 to 11:00, Montreal",
        "Ordered inside the lead time",
    ):
        assert words in shown, words
    assert f"Confirm with {person}" in shown
    assert "desk-late" not in shown


def test_what_is_overdue_stands_out_and_first(desk: Client, world: World, late: Order) -> None:
    late_too = place_order(
        world.draft("ec-premium", when=world.when(LATE + timedelta(days=1))), accept_terms=True, by=None, now=NOW + timedelta(hours=2)
    )
    with time_machine.travel(NOW + timedelta(days=1, hours=1), tick=False):
        shown, filtered = page(desk, WAITING), page(desk, WAITING + "?answer=late")
    assert "desk-late" in shown
    assert shown.index(late.number) < shown.index(late_too.number)
    assert late.number in filtered and late_too.number not in filtered


@pytest.mark.parametrize(
    "query",
    [
        "state=WAITING",
        "waiting_reason__exact=LATE",
        "event=fortnight",
        "event=week&state=WAITING",
        "package__id__exact={package}",
    ],
)
def test_the_filters_find_it(desk: Client, late: Order, query: str) -> None:
    assert (late.number in page(desk, f"{LIST}?{query.format(package=late.package_id)}")) == ("week" not in query)


def test_mine_are_the_customers_i_look_after(desk: Client, world: World, confirmed: Order) -> None:
    assert confirmed.number in page(desk, LIST + "?customers=mine")
    other = Client()
    other.force_login(staff("COORDINATOR", 1)[0].user)
    assert confirmed.number not in page(other, LIST + "?customers=mine")


def test_the_search_takes_whole_numbers_addresses_and_references(desk: Client, world: World, confirmed: Order, late: Order) -> None:
    Order.objects.filter(pk=late.pk).update(external_reference="CRM 7", email="other@northwind.example")
    typed = (confirmed.number or "").lower().replace("-", " ")
    for words, found in ((typed, confirmed), ("other@northwind.example", late), ("CRM 7", late), (confirmed.email, confirmed)):
        shown = page(desk, f"{LIST}?q={words}")
        assert found.number in shown, words
        assert ({confirmed, late} - {found}).pop().number not in shown, words


def test_drafts_are_not_at_the_desk(desk: Client, world: World) -> None:
    draft = world.draft()
    assert f"/admin/orders/order/{draft.pk}/" not in page(desk, LIST)
    assert desk.get(f"{LIST}{draft.pk}/change/").status_code == 404


def test_the_page_of_an_order_tells_everything(desk: Client, confirmed: Order) -> None:
    shown = page(desk, f"{LIST}{confirmed.pk}/change/")
    producer = Booking.objects.get(reference=confirmed.key).staff
    facts = ("Tue 20 April 2027, 10:00 to 11:00, Montreal", "09:30 to 11:00", "Spring launch", "$650.00", "30 %")
    desks = (str(producer), "Confirmed: Meeting Center Premium", "Waiting to be sent", "State: Confirmed")
    for words in (confirmed.number, confirmed.email, *facts, *desks):
        assert words in shown, words
    assert 'name="_save"' not in shown


def test_confirming_with_a_person(desk: Client, world: World, late: Order) -> None:
    """S9: the coordinator chooses who does it."""
    chosen = staff("PRODUCER", 1)[0]
    shown = page(desk, f"{LIST}{late.pk}/confirm/")
    assert "held for it" in shown and str(chosen) in shown
    said = answer(desk, late, "confirm", staff=chosen.pk)
    assert f"Confirmed with {chosen}" in said
    assert (late.state, Booking.objects.get(reference=late.key, state="BOOKED").staff) == ("CONFIRMED", chosen)
    assert Message.objects.filter(about=late.number, to=late.email, subject__startswith="Confirmed").exists()


def test_confirming_with_whoever_is_free(desk: Client, late: Order) -> None:
    held = Booking.objects.get(reference=late.key, state="HELD").staff
    answer(desk, late, "confirm", staff="")
    assert Booking.objects.get(reference=late.key, state="BOOKED").staff == held


def test_a_person_who_is_not_free_is_refused_in_words(desk: Client, world: World, late: Order) -> None:
    said = answer(desk, late, "confirm", staff=world.analysts[0].pk)
    assert "This person is not free at that time" in said
    assert late.state == "WAITING"


def test_with_nobody_free_it_says_why_not(desk: Client, world: World, confirmed: Order) -> None:
    order = place_order(world.draft(waits=True), accept_terms=True, by=None, now=NOW)
    shown = page(desk, f"{LIST}{order.pk}/confirm/")
    assert "Nobody is free at that time." in shown
    assert "is booked or held for something else" in shown


def test_why_somebody_cannot_take_it(desk: Client, world: World, confirmed: Order) -> None:
    """S4, S30: the first reason that counts."""
    order = place_order(world.draft(waits=True), accept_terms=True, by=None, now=NOW)
    abroad, away, part_time = staff("PRODUCER", 1, languages=("de",))[0], staff("PRODUCER", 1)[0], make.staff_member(week=[])
    make.leave(away, order.starts_at - timedelta(hours=1), order.ends_at)
    shown = page(desk, f"{LIST}{order.pk}/confirm/")
    for person, why in ((abroad, "does not work in English"), (away, "is on leave"), (part_time, "does not work at that time")):
        assert f'<th scope="row">{person}</th><td>{why}' in shown, why


def test_offering_a_time_that_the_customer_takes(desk: Client, world: World, client: Client) -> None:
    """S48: the offer is one of the three times; the customer takes it."""
    place_order(world.draft(), accept_terms=True, by=None, now=NOW)
    order = place_order(world.draft(waits=True), accept_terms=True, by=world.orderer, now=NOW)
    shown = page(desk, f"{LIST}{order.pk}/offer/")
    assert shown.count('name="choice"') == 4
    said = answer(desk, order, "offer", choice="2027-04-21T14:00:00+00:00")
    assert "Offered. The time is kept until" in said
    assert "Another time is offered: the customer answers by" in page(desk, WAITING)
    customer = Client()
    customer.force_login(world.orderer)
    customer.post(f"/orders/{order.number}/answer/", {"accept": "1"})
    order.refresh_from_db()
    assert (order.state, order.starts_at) == ("CONFIRMED", datetime(2027, 4, 21, 14, tzinfo=UTC))


def test_offering_a_time_of_ones_own(desk: Client, late: Order) -> None:
    answer(desk, late, "offer", choice="own", date="2027-04-23", time="15:30")
    assert late.changes.get().new_starts_at == datetime(2027, 4, 23, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"choice": "own"}, "Give a date and a time"),
        ({"choice": "yesterday"}, "Choose one of the times."),
        ({"choice": "2027-04-23T14:00:00"}, "Choose one of the times."),
        ({"choice": "own", "date": "2027-02-01", "time": "10:00"}, "That time has passed."),
        ({"choice": "own", "date": "2027-03-14", "time": "02:30"}, "The clocks go forward then"),
        ({"choice": "own", "date": "2027-11-07", "time": "01:30"}, "Which of the two times?"),
        ({"choice": "own", "date": "2028-04-23", "time": "10:00"}, "can use this package for events from"),
    ],
)
def test_times_that_cannot_be_offered(desk: Client, late: Order, values: dict[str, str], words: str) -> None:
    said = answer(desk, late, "offer", **values)
    assert words in said
    assert not late.changes.exists()


def test_withdrawing_an_offer(desk: Client, world: World, late: Order) -> None:
    offer_time(late, first=DayWish(datetime(2027, 4, 23, 10), timedelta(), None), by=world.coordinator.user, now=NOW)
    assert "Withdraw the offer" in page(desk, f"{LIST}{late.pk}/change/")
    answer(desk, late, "withdraw-offer")
    assert (late.state, late.changes.get().state) == ("WAITING", "DECLINED")
    assert Message.objects.filter(to=late.email, subject__startswith="No longer offered").exists()


def test_declining_says_why_and_costs_nothing(desk: Client, late: Order) -> None:
    assert "This field is required." in answer(desk, late, "decline", reason="")
    answer(desk, late, "decline", reason="Too short for a launch.")
    assert (late.state, late.cancelled_because, late.cancellation_fee) == ("CANCELLED", "DECLINED", 0)
    assert "Too short for a launch." in Message.objects.get(to=late.email, subject__startswith="Not possible").text


def test_approving_a_late_move(desk: Client, confirmed: Order, late_move: OrderChange) -> None:
    """S39"""
    assert confirmed.number in page(desk, MOVES)
    shown = page(desk, f"{LIST}{confirmed.pk}/answer-move/")
    assert "Tue 9 March 2027, 10:00 to 11:00" in shown and "due times shift with it" in shown
    said = answer(desk, confirmed, "answer-move", answer="approve")
    assert "Moved. Everyone concerned is told." in said
    assert confirmed.starts_at == datetime(2027, 3, 9, 15, tzinfo=UTC)


def test_refusing_a_late_move_keeps_the_time_and_says_why(desk: Client, confirmed: Order, late_move: OrderChange) -> None:
    """S39"""
    answer(desk, confirmed, "answer-move", answer="refuse", reason="Everyone is at the summit.")
    late_move.refresh_from_db()
    assert (late_move.state, confirmed.starts_at) == ("DECLINED", late_move.old_starts_at)
    assert "Everyone is at the summit." in Message.objects.get(to=confirmed.email, subject__startswith="Not moved").text
    assert confirmed.number not in page(desk, MOVES)


def test_cancelling_for_the_customer_needs_their_fee_accepted(desk: Client, confirmed: Order) -> None:
    """S41: the fee of this minute, in so many words."""
    with time_machine.travel(confirmed.starts_at - timedelta(days=3), tick=False):
        desk.force_login(desk.coordinator)
        assert "$195.00" in page(desk, f"{LIST}{confirmed.pk}/cancel/")
        assert "Accept it to go on" in answer(desk, confirmed, "cancel", fee="195.00")
        assert confirmed.state == "CONFIRMED"
        answer(desk, confirmed, "cancel", fee="195.00", accepted="on", reason="They called.")
    assert (confirmed.state, str(confirmed.cancellation_fee)) == ("CANCELLED", "195.00")


def test_the_confirmation_is_sent_again(desk: Client, confirmed: Order) -> None:
    """S36"""
    first = Message.objects.get(about=confirmed.number, to=confirmed.email)
    assert "It is still waiting to be sent." in answer(desk, confirmed, "send-again")
    record_sent(first, now=NOW)
    answer(desk, confirmed, "send-again")
    assert Message.objects.filter(about=confirmed.number, to=confirmed.email, subject=first.subject).count() == 2


def test_each_state_has_its_buttons(desk: Client, world: World, late: Order, confirmed: Order) -> None:
    assert buttons(desk, late) == {"confirm", "offer", "decline", "cancel"}
    assert buttons(desk, confirmed) == {"send-again", "cancel"}
    answer(desk, late, "decline", reason="No.")
    assert buttons(desk, late) == set()
    assert "no longer waits for this answer" in page(desk, f"{LIST}{late.pk}/confirm/")
    assert "does not wait any more" in answer(desk, late, "confirm", staff="")


def buttons(client: Client, order: Order) -> set[str]:
    shown = page(client, f"{LIST}{order.pk}/change/")
    names = ("confirm", "offer", "withdraw-offer", "answer-move", "decline", "send-again", "cancel")
    return {name for name in names if f'href="{LIST}{order.pk}/{name}/"' in shown}


def signed_in(role: str) -> Client:
    client = Client()
    person: User = staff(role, 1)[0].user
    client.force_login(person)
    return client


def test_a_project_manager_looks_on(world: World, late: Order) -> None:
    client = signed_in("PM")
    assert late.number in page(client, WAITING)
    assert buttons(client, late) == set()
    assert client.get(f"{LIST}{late.pk}/confirm/").status_code == 403
    assert client.post(f"{LIST}{late.pk}/decline/", {"reason": "No."}).status_code == 403
    late.refresh_from_db()
    assert late.state == "WAITING"


@pytest.mark.parametrize("path", [LIST, WAITING, MOVES, LIST + "{order}/change/", LIST + "{order}/confirm/"])
def test_for_others_there_is_nothing(world: World, late: Order, path: str) -> None:
    customer = Client()
    customer.force_login(world.orderer)
    for client in (signed_in("PRODUCER"), signed_in("ANALYST"), customer):
        assert client.get(path.format(order=late.pk)).status_code == 404


def test_nothing_is_added_changed_or_deleted_by_hand(desk: Client, late: Order) -> None:
    assert desk.get(LIST + "add/").status_code == 403
    assert desk.post(f"{LIST}{late.pk}/change/", {"number": "PR-X"}).status_code == 403
    assert desk.post(f"{LIST}{late.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get(f"{WAITING}{late.pk}/change/").url.endswith(f"{LIST}{late.pk}/change/")


def test_the_first_page_counts_what_needs_somebody(desk: Client, world: World, late: Order, confirmed: Order) -> None:
    shown = page(desk, "/admin/")
    for words in (
        "Ordered inside the lead time",
        "Late moves to answer",
        "Mails that could not be sent",
        "Next events",
        late.number,
        confirmed.number,
    ):
        assert words in shown, words


@pytest.mark.parametrize(("path", "count"), [(LIST, 19), (WAITING, 20), (MOVES, 18), ("/admin/", 28)])
def test_a_list_asks_a_fixed_number_of_questions(desk: Client, world: World, path: str, count: int) -> None:
    staff("PRODUCER", 8)
    counts = []
    for size in (1, 4):
        for number in range(size):
            when = world.when(LATE + timedelta(hours=2 * number + 20 * size))
            place_order(world.draft("mc-premium", when=when), accept_terms=True, by=None, now=NOW)
            order = place_order(
                world.draft("ec-premium", when=world.when(datetime(2027, 4, 10 + number, 9 + size))), accept_terms=True, by=None, now=NOW
            )
            move_order(
                order, first=DayWish(datetime(2027, 3, 10 + number, 8 + size), timedelta(), None), schedule_update="DONE", by=None, now=NOW
            )
        with CaptureQueriesContext(connection) as asked:
            page(desk, path)
        counts.append(len(asked))
    assert counts == [count, count]


def test_a_list_beyond_the_bound_is_leafed_through_without_a_number(
    desk: Client, late: Order, confirmed: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(query: str = "") -> str:
        return " ".join(page(desk, LIST + query).split())

    monkeypatch.setattr(OrderAdmin, "list_per_page", 1)
    assert "2 orders" in shown()
    monkeypatch.setattr(OrderAdmin, "counted", 1)
    first, second = shown(), shown("?p=2")
    assert "Next" in first and "2 orders" not in first
    assert [order.number in each for order in (late, confirmed) for each in (first, second)].count(True) == 2
    assert (late.number in first) != (late.number in second)
    assert "1 order" in shown("?state=WAITING")  # few enough again
