"""The order form without JavaScript, page by page: S16 to S38."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from orders.actions.drafting import start_draft
from orders.models import Order
from scheduling.models import Booking
from tests import make
from tests.orders.conftest import NOW, World

pytestmark = pytest.mark.usefixtures("monday")

STEP_1 = {
    "first_name": "Dana", "last_name": "Noor", "phone": "+15145550123", "email": "dana@northwind.example", "company": "Northwind",
    "package": "mc-premium", "zone": "America/Montreal", "date": "2027-04-20", "time": "10:00", "minutes": "60", "assist_language": "en",
}  # fmt: skip
STEP_2 = {"is_scheduled": "yes", "own_host": "no", "host_name": "Omar"}
STEP_3 = {"title": "Spring launch", "event_kind": "MEETING", "streaming": "NONE", "comments": "None."}


def start(client: Client, world: World) -> str:
    """Press Order now; gives back the draft's address."""
    answer = client.post("/orders/new/", {"package": "mc-premium"})
    return str(answer.url).removesuffix("availability/")


def step_1(world: World, **changes: Any) -> dict[str, Any]:
    return {**STEP_1, "site": world.site.pk, **changes}


def test_an_order_in_four_steps(customer: Client, world: World) -> None:
    draft = start(customer, world)
    assert customer.get(draft + "availability/").status_code == 200
    assert customer.post(draft + "availability/", step_1(world)).url == draft + "meeting/"
    assert customer.get(draft + "meeting/").status_code == 200
    assert customer.post(draft + "meeting/", STEP_2).url == draft + "event/"
    assert customer.get(draft + "event/").status_code == 200
    assert customer.post(draft + "event/", STEP_3).url == draft + "check/"
    page = customer.get(draft + "check/")
    assert b"Spring launch" in page.content and b"What cancelling costs" in page.content
    placed = customer.post(draft + "check/", {"accept_terms": "on"})
    order = Order.objects.get(state="CONFIRMED")
    assert placed.url == f"/orders/{order.number}/?placed"
    shown = customer.get(placed.url).content.decode()
    assert order.number in shown and "Your assist is confirmed" in shown
    assert customer.post(draft + "check/", {"accept_terms": "on"}).url == f"/orders/{order.number}/"  # back and again
    assert customer.get("/resources/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"date": "2027-03-14", "time": "02:30"}, "does not exist that day"),
        ({"date": "2027-11-07", "time": "01:30"}, "happens twice"),
        ({"date": "2027-02-20"}, "has passed"),
        ({"date_2": "2027-04-21", "time_2": "10:00", "minutes_2": "60"}, "supports one day"),
        ({"date": "2028-02-20"}, "31 December 2027"),
        ({"minutes": "0"}, "valid choice"),
        ({"minutes": "1500"}, "valid choice"),
        ({"zone": "Mars/Base"}, "valid choice"),
        ({"first_name": "Dana\r\nBcc: x@example.org"}, "line"),
        ({"phone": "12"}, "phone number"),
        ({"company": "x" * 10_000}, "at most 160"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(customer: Client, world: World, changes: dict[str, Any], says: str) -> None:
    draft = start(customer, world)
    page = customer.post(draft + "availability/", step_1(world, **changes))
    assert page.status_code == 200
    text = page.content.decode()
    assert says in text, re.findall(r'class="error-summary.*?</div>', text, re.DOTALL)
    assert 'value="Noor"' in text
    assert not Booking.objects.exists()


def test_a_doubled_time_is_taken_once_it_is_said_which(customer: Client, world: World) -> None:
    """S22"""
    draft = start(customer, world)
    answer = customer.post(draft + "availability/", step_1(world, date="2027-11-07", time="01:30", fold="1"))
    assert answer.status_code == 302
    assert Order.objects.get().starts_at == datetime.fromisoformat("2027-11-07T06:30:00+00:00")


def test_when_nobody_is_free_three_times_are_offered_and_the_chosen_one_is_held(customer: Client, world: World) -> None:
    """S48"""
    first = start(customer, world)
    customer.post(first + "availability/", step_1(world))
    second = start(customer, world)
    answer = customer.post(second + "availability/", step_1(world))
    assert answer.url == second + "times/"
    page = customer.get(answer.url).content.decode()
    offers = re.findall(r'name="starts_at" value="([^"]+)"', page)
    assert len(offers) == 3
    assert customer.post(answer.url, {"starts_at": offers[0]}).url == second + "meeting/"
    held = Booking.objects.filter(state="HELD").order_by("-pk").first()
    assert held is not None and held.start_at + timedelta(minutes=30) == datetime.fromisoformat(offers[0])
    assert Order.objects.order_by("-pk").first().days.get().local_date != date(2027, 4, 20) or held


def test_coverage_is_shown_before_anything_is_checked(customer: Client, world: World) -> None:
    """S85, S86"""
    draft = start(customer, world)
    page = customer.post(draft + "availability/", step_1(world, package="event-staff", minutes="600", show="1"))
    assert page.status_code == 200 and b"not staffed" in page.content
    assert not Booking.objects.exists()
    fragment = customer.post(draft + "coverage/", step_1(world, package="event-staff", minutes="600"))
    assert fragment.status_code == 200 and b"<svg" in fragment.content


def test_the_session_must_be_on_the_site_first(customer: Client, world: World) -> None:
    """S8, S24"""
    draft = start(customer, world)
    customer.post(draft + "availability/", step_1(world))
    page = customer.post(draft + "meeting/", {"is_scheduled": "no"})
    assert page.status_code == 200 and b"Schedule it first" in page.content


def test_discarding_asks_once_and_frees_the_person(customer: Client, world: World) -> None:
    """S32"""
    draft = start(customer, world)
    customer.post(draft + "availability/", step_1(world))
    assert customer.get(draft + "discard/").status_code == 200
    assert customer.post(draft + "discard/").url == "/resources/"
    assert not Order.objects.exists() and not Booking.objects.exclude(state="RELEASED").exists()


def test_a_draft_without_a_package_yet_is_listed_among_the_unfinished(customer: Client, world: World) -> None:
    start_draft(by=world.orderer, organisation=world.organisation, now=NOW)
    shown = customer.get("/resources/")
    assert shown.status_code == 200 and "No package yet" in shown.content.decode()


def test_a_fourth_hold_at_once_is_refused(customer: Client, world: World) -> None:
    """S48: at most three live holds per orderer"""
    for day in (20, 21, 22):
        assert customer.post(start(customer, world) + "availability/", step_1(world, date=f"2027-04-{day}")).status_code == 302
    page = customer.post(start(customer, world) + "availability/", step_1(world, date="2027-04-23"))
    assert b"You hold the time of several people" in page.content


def test_a_draft_opens_for_its_owner_only(customer: Client, world: World, client: Client) -> None:
    draft = start(customer, world)
    client.force_login(make.member(world.organisation))
    assert client.get(draft + "availability/").status_code == 404


def test_a_reference_that_another_order_has_is_said_at_its_field(customer: Client, world: World) -> None:
    other = world.draft()
    Order.objects.filter(pk=other.pk).update(external_reference="CRM-1")
    draft = start(customer, world)
    customer.post(draft + "availability/", step_1(world, date="2027-04-22"))
    customer.post(draft + "meeting/", STEP_2)
    page = customer.post(draft + "event/", {**STEP_3, "external_reference": "CRM-1"})
    assert page.status_code == 200 and b"has this reference already" in page.content and b"Spring launch" in page.content


@pytest.mark.parametrize(
    "starts_at", ["", "soon", "2027-02-30T10:00:00Z", "2027-04-20T10:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_only_a_time_that_can_be_an_offer_is_taken(customer: Client, world: World, starts_at: str) -> None:
    draft = start(customer, world)
    customer.post(draft + "availability/", step_1(world))
    page = customer.post(draft + "times/", {"starts_at": starts_at})
    assert page.status_code == 200 and b"Choose one of these times" in page.content


@pytest.mark.parametrize("path", ["/orders/%00/", "/orders/%00/move/", "/orders/draft/%00/check/", "/orders/link/%00/", "/orders/a%0Ab/"])
def test_an_address_that_names_nothing_is_not_found(customer: Client, path: str) -> None:
    assert customer.get(path).status_code == (400 if "%00" in path else 404)


@pytest.mark.parametrize("page", ["", "x", "0", "-1", "9" * 30, "²"])
def test_any_page_of_the_history_can_be_asked_for(customer: Client, page: str) -> None:
    assert customer.get("/resources/", {"page": page}).status_code == 200


@pytest.mark.parametrize(("on", "at"), [("0001-01-01", "00:00"), ("9999-12-31", "23:59")])
def test_the_ends_of_the_calendar_are_refused_like_other_days(customer: Client, world: World, on: str, at: str) -> None:
    draft = start(customer, world)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert customer.post(draft + "availability/", step_1(world, date=on, time=at, zone=zone)).status_code == 200
        assert customer.post(draft + "coverage/", step_1(world, date=on, time=at, zone=zone)).status_code == 200


def test_coverage_needs_the_times_only(customer: Client, world: World) -> None:
    """S85: looking at what is covered does not ask for a name first."""
    page = customer.post(start(customer, world) + "availability/", step_1(world, first_name="", phone="", show="1")).content.decode()
    assert "<svg" in page and "There is a problem" not in page


def test_coverage_says_why_the_days_cannot_be_taken(customer: Client, world: World) -> None:
    page = customer.post(start(customer, world) + "coverage/", step_1(world, date="2027-03-14", time="02:30"))
    assert b"does not exist that day" in page.content


def test_the_likely_zones_stand_first_and_no_zone_twice(customer: Client, world: World) -> None:
    """S20, S22"""
    page = customer.get(start(customer, world) + "availability/").content.decode()
    zones = re.findall(r'<option value="([A-Z][^"]*/[^"]*|UTC)"', page)
    assert zones[0] == "America/Montreal" and len(zones) == len(set(zones)) > 400


def test_the_rate_of_the_contract_is_shown_before_ordering_where_the_organisation_shows_it(customer: Client, world: World) -> None:
    """S35"""
    draft = start(customer, world)
    for step, answers in (("availability/", step_1(world)), ("meeting/", STEP_2), ("event/", STEP_3)):
        customer.post(draft + step, answers)
    assert b"Your rate" in customer.get(draft + "check/").content
    world.organisation.shows_contract_price = False
    world.organisation.save(update_fields=["shows_contract_price"])
    assert b"Your rate" not in customer.get(draft + "check/").content


@pytest.mark.parametrize(("package", "asks"), [("mc-premium", False), ("event-staff", True)])
def test_only_questions_that_change_something_are_asked(customer: Client, world: World, package: str, asks: bool) -> None:
    """S90, S99, S120: who brings an app or streams changes duties of the French package only."""
    draft = start(customer, world)
    customer.post(draft + "availability/", step_1(world, package=package))
    customer.post(draft + "meeting/", STEP_2)
    page = customer.get(draft + "event/").content.decode()
    assert ('name="branded_app"' in page, 'name="streaming"' in page) == (asks, asks)


def test_the_place_of_the_picture_says_what_is_still_missing(customer: Client, world: World) -> None:
    draft = start(customer, world)
    asks = b"here you see from when to when we are with you"
    assert asks in customer.get(draft + "availability/").content
    assert asks in customer.post(draft + "coverage/", step_1(world, time="")).content
    assert asks not in customer.post(draft + "availability/", step_1(world, date="2027-11-07", time="01:30")).content
