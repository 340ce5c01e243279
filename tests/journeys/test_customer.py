"""A customer orders, moves, cancels and finds assists, page by page as the server sends them: S12 to S53."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from customers.models import Role
from orders.actions.placing import place_order
from orders.actions.waiting import recheck
from orders.models import Order
from outbox.models import Message
from scheduling.models import Booking
from tests import make
from tests.orders.conftest import NOW, World

DAY = timedelta(days=1)
WHO = {"first_name": "Dana", "last_name": "Noor", "phone": "+15145550123", "email": "dana@northwind.example", "company": "Northwind"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Customer:
    """Somebody in front of the pages; `draft` is where the order form stands."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client, self.draft = world, client, ""

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def send(self, path: str, **answers: object) -> str:
        """Submit a form; gives back where it leads, or the page it answers with."""
        answer = self.client.post(path, answers)
        assert answer.status_code in {200, 302}, (path, answer.status_code)
        return str(answer.url if answer.status_code == 302 else answer.content.decode())

    def start(self, package: str = "mc-premium") -> None:
        assert f'value="{package}"' in self.read("/resources/")
        self.draft = self.send("/orders/new/", package=package).removesuffix("availability/")

    def ask_for(self, on: str = "2027-04-20", *, package: str = "mc-premium", **answers: object) -> str:
        when = {"zone": "America/Montreal", "date": on, "time": "10:00", "minutes": 60, "assist_language": "en"}
        return self.send(self.draft + "availability/", **{**WHO, **when, "package": package, "site": self.world.site.pk, **answers})

    def finish(self, **event: object) -> str:
        """Steps 2 to 4; gives back the number."""
        assert self.send(self.draft + "meeting/", is_scheduled="yes", meeting_number="2554 123 9876") == self.draft + "event/"
        kinds = re.findall(r'name="event_kind" value="(\w+)"', self.read(self.draft + "event/"))
        assert self.send(self.draft + "event/", **{"title": "Spring launch", "event_kind": kinds[0], **event}) == self.draft + "check/"
        placed = self.send(self.draft + "check/", accept_terms="on")
        assert placed.endswith("?placed")
        return placed.removeprefix("/orders/").removesuffix("/?placed")

    def move(self, number: str, on: str, at: str = "10:00") -> str:
        """Look at what would shift, then do it; gives back the preview."""
        preview = self.send(f"/orders/{number}/move/", date=on, time=at)
        hidden = dict(re.findall(r'type="hidden" name="(date|time|fold|version)" value="([^"]*)"', preview))
        assert self.send(f"/orders/{number}/move/", **hidden, confirm="1", schedule_update="MYSELF") == f"/orders/{number}/?moved"
        return preview


@pytest.fixture
def dana(world: World, client: Client, clock: time_machine.Traveller) -> Customer:
    client.force_login(world.orderer)
    return Customer(world, client)


def mail(subject: str, number: str) -> Message:
    return Message.objects.get(subject__startswith=subject, about=number, to=WHO["email"])


def invitation(message: Message) -> tuple[str, str, int]:
    """Method, UID and sequence."""
    calendar = Calendar.from_ical(message.calendar)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])


def test_a_meeting_from_the_first_click_to_the_fee(dana: Customer, clock: time_machine.Traveller) -> None:
    dana.start()
    assert dana.ask_for() == dana.draft + "meeting/"
    number = dana.finish()
    page = dana.read(f"/orders/{number}/")
    producer = dana.world.producers[0].user
    for words in (number, producer.email, "We owe you", "You owe us", "What cancelling costs"):
        assert words in page
    confirmed = mail("Confirmed: Meeting Center Premium", number)
    for part in (confirmed.text, confirmed.html):
        for words in (number, producer.email, dana.world.coordinator.user.email, "$195.00 (30%)", f"/orders/{number}/cancel/"):
            assert words in part
    method, uid, sequence = invitation(confirmed)
    assert (method, sequence) == ("REQUEST", 0)

    preview = dana.move(number, "2027-04-27")
    for words in ("Tue 20 April 2027, 10:00", "Tue 27 April 2027, 10:00", "Stays the same", "times shift", "Charge for moving"):
        assert words in preview
    assert "The order has moved" in dana.read(f"/orders/{number}/?moved")
    moved = mail("Moved: ", number)
    assert invitation(moved) == ("REQUEST", uid, 1)
    assert "Tue 20 April 2027" in moved.text and "Tue 27 April 2027" in moved.text

    clock.move_to(datetime.fromisoformat("2027-04-20T10:00:00-04:00"))
    dana.client.force_login(dana.world.orderer)  # seven weeks later the session has ended
    question = dana.read(f"/orders/{number}/cancel/")
    assert "Cancelling now costs $195.00 (30%)" in question
    shown = dict(re.findall(r'type="hidden" name="(fee|version)" value="([^"]*)"', question))
    assert dana.send(f"/orders/{number}/cancel/", **shown, reason="The speaker is ill.") == f"/orders/{number}/?cancelled"
    over = dana.read(f"/orders/{number}/")
    assert "The speaker is ill." in over and "$195.00" in over and "What is covered" not in over
    cancelled = mail("Cancelled: ", number)
    assert invitation(cancelled) == ("CANCEL", uid, 2)
    assert "$195.00" in cancelled.text
    assert not Booking.objects.exclude(state="RELEASED").exists()
    assert "Cancelled" in dana.read("/resources/")


def test_three_days_with_streaming(dana: Customer) -> None:
    """S76, S83, S85: one analyst for all three windows of nine hours, and the duties that streaming switches on"""
    dana.start("event-staff")
    more = {
        f"{name}_{day}": value for day in (2, 3) for name, value in (("date", f"2027-04-2{day - 1}"), ("time", "10:00"), ("minutes", 600))
    }
    page = dana.ask_for(package="event-staff", minutes=600, **more, show="1")
    assert page.count("<figure") == 3 and page.count("Not covered: 18:30 to 20:00") == 3
    dana.ask_for(package="event-staff", minutes=600, **more)
    number = dana.finish(streaming="PLATFORM", branded_app="on")
    assert Booking.objects.filter(state="BOOKED").values_list("staff_id", flat=True).distinct().count() == 1
    confirmed = mail("Confirmed: ", number)
    assert confirmed.text.count("When: ") == confirmed.text.count("Staffed: ") == 3
    order = Order.objects.get(number=number)
    assert order.engagement and order.engagement.tasks.filter(template__condition="PLATFORM_STREAMING").exists()
    dana.move(number, "2027-05-04", "09:00")
    days = [f"{day.local_date} {day.local_time:%H:%M} {day.minutes}" for day in Order.objects.get(number=number).days.order_by("position")]
    assert days == ["2027-05-04 09:00 600", "2027-05-05 10:00 600", "2027-05-06 10:00 600"]


def test_nobody_free_then_another_time(dana: Customer) -> None:
    """S48"""
    place_order(dana.world.draft(), accept_terms=True, by=None, now=NOW)
    dana.start()
    assert dana.ask_for() == dana.draft + "times/"
    page = dana.read(dana.draft + "times/")
    offers = re.findall(r'name="starts_at" value="([^"]+)"', page)
    assert len(offers) == 3 and page.count('class="why"') == 5
    assert not Booking.objects.filter(state="HELD").exists()
    assert dana.send(dana.draft + "times/", starts_at=offers[0]) == dana.draft + "meeting/"
    assert Booking.objects.get(state="HELD").start_at == datetime.fromisoformat(offers[0]) - timedelta(minutes=30)
    assert Order.objects.get(number=dana.finish()).starts_at == datetime.fromisoformat(offers[0])


def test_nobody_free_then_waiting_until_someone_is(dana: Customer) -> None:
    """S48: the customer keeps the time and the workers look again"""
    place_order(dana.world.draft(), accept_terms=True, by=None, now=NOW)
    dana.start()
    dana.ask_for()
    assert dana.send(dana.draft + "times/", wait="1") == dana.draft + "meeting/"
    number = dana.finish()
    assert "We look again every minute" in dana.read(f"/orders/{number}/?placed")
    waiting = mail("Waiting: ", number)
    assert "2 March 2027, 04:00" in waiting.text and not waiting.calendar
    Booking.objects.filter(state="BOOKED").update(state="RELEASED")
    assert recheck(Order.objects.get(number=number), now=NOW)
    assert "Confirmed" in dana.read(f"/orders/{number}/")
    assert invitation(mail("Confirmed: ", number))[0] == "REQUEST"


def test_a_late_order_waits_for_the_coordinator(dana: Customer) -> None:
    """S9"""
    dana.start()
    dana.ask_for("2027-03-09")
    assert "Less than 14 days ahead" in dana.read(dana.draft + "meeting/")
    page = dana.read(f"/orders/{dana.finish()}/?placed")
    assert "Ordered inside the lead time" in page and "Someone is held for you" in page


def test_a_visitor_finds_moves_and_cancels_by_mail(dana: Customer, client: Client, clock: time_machine.Traveller) -> None:
    """S43 to S46, S53: found read-only, changed by one-time links only"""
    number = str(place_order(dana.world.draft(), accept_terms=True, by=None, now=NOW).number)
    client.logout()
    found = dana.send("/orders/find/", number=number.lower(), email="Dana@Northwind.example")
    assert "Meeting Center Premium" in found and "Spring launch" not in found
    link = ask_for_link(dana, number, "move", "Move your assist")
    assert "Press the button" in dana.read(link) and "Press the button" in dana.read(link)
    assert client.get(link)["Referrer-Policy"] == "strict-origin"
    assert dana.send(link) == f"/orders/{number}/move/"
    preview = dana.send(f"/orders/{number}/move/", date="2027-04-27", time="10:00")
    hidden = dict(re.findall(r'type="hidden" name="(date|time|fold|version)" value="([^"]*)"', preview))
    done = dana.send(f"/orders/{number}/move/", **hidden, confirm="1", schedule_update="OPEN_SITE")
    assert "The order has moved" in done and "Tue 27 April 2027" in done and f"https://{dana.world.site.host_name}/" in done
    assert client.get(link).status_code == 404

    clock.shift(60)
    assert dana.send(ask_for_link(dana, number, "cancel", "Cancel your assist")) == f"/orders/{number}/cancel/"
    shown = dict(re.findall(r'type="hidden" name="(fee|version)" value="([^"]*)"', dana.read(f"/orders/{number}/cancel/")))
    assert "The assist is cancelled" in dana.send(f"/orders/{number}/cancel/", **shown)


def ask_for_link(visitor: Customer, number: str, action: str, subject: str) -> str:
    assert 'name="link-email"' in visitor.read(f"/orders/{number}/{action}/")
    assert "a link is on its way" in visitor.send(f"/orders/{number}/{action}/", **{"link-email": WHO["email"]})
    found = re.search(r"/orders/link/[\w-]+/", mail(subject, number).text)
    assert found
    return found[0]


def test_a_visitor_whose_move_is_late_is_told_that_it_waits(dana: Customer, client: Client) -> None:
    """S39"""
    number = str(place_order(dana.world.draft(), accept_terms=True, by=None, now=NOW).number)
    client.logout()
    dana.send(ask_for_link(dana, number, "move", "Move your assist"))
    preview = dana.send(f"/orders/{number}/move/", date="2027-03-09", time="10:00")
    assert "the coordinator decides" in preview
    hidden = dict(re.findall(r'type="hidden" name="(date|time|fold|version)" value="([^"]*)"', preview))
    done = dana.send(f"/orders/{number}/move/", **hidden, confirm="1", schedule_update="MYSELF")
    assert "Your new time waits for the coordinator" in done and "The order has moved" not in done


def test_who_only_looks_sees_orders_and_changes_none(dana: Customer, client: Client) -> None:
    number = place_order(dana.world.draft(), accept_terms=True, by=None, now=NOW).number
    client.force_login(make.member(dana.world.organisation, Role.VIEWER))
    page = dana.read(f"/orders/{number}/")
    assert "/move/" not in page and "/cancel/" not in page
    assert 'action="/orders/new/"' not in dana.read("/resources/")
    assert {client.get(f"/orders/{number}/{what}/").status_code for what in ("move", "cancel")} == {404}


@pytest.mark.promise(9, "fifty clicks at once, and every page behind a placed order")
def test_pages_behind_a_placed_order_lead_to_it(dana: Customer) -> None:
    """Promises row 9: back and refresh"""
    dana.start()
    dana.ask_for()
    number = dana.finish()
    for step in ("availability", "times", "meeting", "event", "check", "discard"):
        assert dana.client.get(f"{dana.draft}{step}/").url == f"/orders/{number}/"
        assert dana.send(f"{dana.draft}{step}/", accept_terms="on", title="Another") == f"/orders/{number}/"
    assert Order.objects.count() == 1
