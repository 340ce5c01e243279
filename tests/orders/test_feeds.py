"""Calendars to subscribe to: a person's, an organisation's, a staff member's. Source: issue 4, promises rows 22, 46"""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from icalendar import Calendar

from customers.actions.calendars import make_feed, revoke_feed
from customers.models import CalendarFeed, Membership, User
from orders.actions.cancelling import cancel_order
from orders.actions.placing import place_order
from orders.models import Order
from scheduling.models import Booking
from tests import make
from tests.orders.conftest import NOW, World


def read(token: str) -> list[dict[str, str]]:
    with time_machine.travel(NOW, tick=False):
        answer = Client().get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return [{name: str(each[name]) for name in ("SUMMARY", "STATUS", "UID")} for each in Calendar.from_ical(answer.content).walk("VEVENT")]


def status(token: str) -> int:
    return Client().get(f"/calendar/{token}.ics").status_code


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff", when=world.when(days=2)), accept_terms=True, by=world.orderer, now=NOW)


@pytest.mark.promise(46, "a title with lines of its own, in a subscribed calendar")
def test_the_organisation_s_and_the_person_s_orders_day_by_day(world: World, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(title="Launch\r\nATTENDEE:mailto:x@evil.example, ünïcode 🎉")
    whole = make_feed(organisation=world.organisation, user=None, now=NOW)
    mine = make_feed(organisation=world.organisation, user=world.orderer, now=NOW)
    colleague = make.member(world.organisation)
    others = make_feed(organisation=world.organisation, user=colleague, now=NOW)
    stranger = make_feed(organisation=make.organisation(), user=None, now=NOW)
    assert read(whole) == read(mine)
    assert [each["UID"] for each in read(whole)] == [f"{order.number}-1@assist", f"{order.number}-2@assist"]
    assert read(whole)[0]["SUMMARY"] == "Launch\nATTENDEE:mailto:x@evil.example, ünïcode 🎉"
    assert read(others) == read(stranger) == []
    cancel_order(order, accept_fee=None, by=None, now=NOW)
    assert {each["STATUS"] for each in read(whole)} == {"CANCELLED"}


def test_a_staff_member_sees_their_bookings(world: World, order: Order) -> None:
    person = Booking.objects.filter(reference=order.key).select_related("staff__user")[0].staff.user
    token = make_feed(organisation=None, user=person, now=NOW)
    entries = read(token)
    assert len(entries) == 2
    assert "Northwind Training" in entries[0]["SUMMARY"]
    idle = make.staff_member("PRODUCER").user
    assert read(make_feed(organisation=None, user=idle, now=NOW)) == []


def test_an_address_ends_with_the_next_one_with_the_membership_and_with_the_account(world: World) -> None:
    person = make.member(world.organisation)
    first = make_feed(organisation=world.organisation, user=person, now=NOW)
    second = make_feed(organisation=world.organisation, user=person, now=NOW)
    assert (status(first), status(second)) == (404, 200)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert status(second) == 404
    User.objects.filter(pk=person.pk).update(is_active=True)
    Membership.objects.filter(user=person).delete()
    assert status(second) == 404
    whole = make_feed(organisation=world.organisation, user=None, now=NOW)
    revoke_feed(organisation=world.organisation, user=None)
    assert status(whole) == status("x" * 43) == 404
    assert CalendarFeed.objects.filter(digest=second).count() == 0


def test_the_page_shows_the_address_once(world: World, client: Client) -> None:
    client.force_login(world.orderer)
    made = client.post("/settings/me/calendar/").content.decode()
    found = re.search(r"/calendar/([\w-]{43})\.ics", made)
    assert found
    token = found[1]
    assert status(token) == 200
    assert token not in client.get("/settings/me/calendar/").content.decode()
    client.post("/settings/me/calendar/", {"revoke": "1"})
    assert status(token) == 404
    assert client.get("/settings/calendar/").status_code == 404  # the organisation's is its administrator's


def test_a_feed_belongs_to_somebody(everything: None) -> None:
    with pytest.raises(IntegrityError, match="calendar_feed_belongs_to_somebody"), transaction.atomic():
        CalendarFeed.objects.create(organisation=None, user=None, digest="0" * 64, created_at=NOW + timedelta(days=1))
