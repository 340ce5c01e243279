"""A project manager plans an event of three days on the admin's pages, while analyst and customer read along: S56, S74, S80 to S84."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from engagements.actions import sync_states
from engagements.models import Appointment, Assignment, Engagement, Task
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.actions.placing import place_order
from orders.asks import Event, Meeting
from orders.models import Order
from outbox.models import Message
from tests import make
from tests.orders.conftest import NOW, World, staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGINS = datetime.fromisoformat("2027-04-20T10:00:00-04:00")
FIRST_CHOICE = re.compile(r'name="choice" value="([^"]+)"')


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(world: World, clock: time_machine.Traveller) -> Order:
    """Three days with sessions that are streamed; one analyst is away for one of them."""
    away = staff("ANALYST", 2)[0]
    make.leave(away, BEGINS + DAY, BEGINS + DAY + HOUR)
    by = world.orderer
    draft = start_draft(by=by, organisation=world.organisation, now=NOW)
    save_availability(draft, ask=world.ask("event-staff", when=world.when(days=3, hours=6)), by=by, now=NOW)
    save_meeting(draft, answers=Meeting(is_scheduled=True), by=by, now=NOW)
    save_event(draft, answers=Event(title="Learning days", event_kind="EVENT", streaming=Order.Streaming.PLATFORM), by=by, now=NOW)
    return place_order(draft, accept_terms=True, by=by, now=NOW)


class Planner:
    """The project manager's browser; pages are read as text."""

    def __init__(self, client: Client, engagement: Engagement) -> None:
        self.client, self.engagement = client, engagement
        self.user = engagement.assignments.get(role="PM").staff.user
        client.force_login(self.user)

    def html(self, name: str = "change", query: str = "", row: Engagement | Task | None = None) -> str:
        answer = self.client.get(self.page(name, row) + query)
        assert answer.status_code == 200, (name, answer.status_code)
        return str(answer.content.decode())

    def read(self, name: str = "change", query: str = "") -> str:
        return text(self.html(name, query))

    def press(self, name: str, *, row: Engagement | Task | None = None, **sent: object) -> str:
        """Send a page's form; gives back what the next page says."""
        answer = self.client.post(self.page(name, row), sent, follow=True)
        assert answer.redirect_chain, text(answer.content.decode())
        return text(answer.content.decode())

    def book(self, kind: str, **sent: object) -> Appointment:
        """Take the first time that is offered."""
        found = FIRST_CHOICE.search(self.html("book", f"?kind={kind}"))
        assert found
        assert "Everyone has an invitation." in self.press("book", kind=kind, choice=unescape(found[1]), **sent)
        return Appointment.objects.get(engagement=self.engagement, kind=kind)

    def page(self, name: str, row: Engagement | Task | None = None) -> str:
        target = row or self.engagement
        return reverse(f"admin:engagements_{target._meta.model_name}_{name}", args=[target.pk])


def text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def test_from_the_order_to_the_first_tick(world: World, order: Order, client: Client, clock: time_machine.Traveller) -> None:
    assert order.engagement
    engagement, pm = order.engagement, Planner(client, order.engagement)

    def board(**query: str) -> str:
        customer = Client()
        customer.force_login(world.orderer)
        return text(customer.get(f"/orders/{order.number}/board/", query).content.decode())

    # who does it: the reasons for and against, and a change of mind
    page = pm.read()
    assert "Learning days" in page and "Timeline" in page and "The agenda is not final yet" in page
    page = pm.read("choose", "?role=ANALYST")
    assert "is on leave" in page and "0 other engagements" in page
    before = Assignment.objects.get(engagement=engagement, role="ANALYST", ended_at=None).staff
    other = next(each for each in [*world.analysts, *staff("ANALYST", 1)] if each != before)
    assert "has it now (Analyst) and is asked by mail." in pm.press("choose", role="ANALYST", staff=other.pk)
    asked = Message.objects.filter(to=other.user.email, about=order.number).latest("pk")
    link = re.search(r"https?://[^/]+(/answer/[\w-]+/)", asked.text)
    assert link and Client().post(link[1], {"answer": "yes"}).status_code in {200, 302}
    assert "Accepted" in pm.read()

    # when everybody meets before the event
    rehearsal = pm.book("REHEARSAL", option=2)
    assert (BEGINS - rehearsal.starts_at).days == 7 and rehearsal.ends_at - rehearsal.starts_at == 2 * HOUR
    assert "Rehearsal: booked" in pm.read()

    # what happens when: two sessions at once on the first day
    sessions = list(engagement.sessions.order_by("starts_at"))
    rows: dict[str, object] = {}
    for number, (key, day, title, starts, ends) in enumerate(
        [
            (sessions[0].key, 1, "Opening", "10:00", "11:00"),
            (sessions[1].key, 2, "Second day", "10:00", "16:00"),
            (sessions[2].key, 3, "Third day", "10:00", "16:00"),
            ("", 1, "Break-out", "10:30", "11:30"),
        ]
    ):
        values = {"key": key, "day": day, "title": title, "starts": starts, "ends": ends, "platform": "PLATFORM", "is_recorded": "on"}
        rows |= {f"s{number}-{name}": value for name, value in values.items()}
    rows |= {"s4-day": 1, "s4-platform": "PLATFORM"}
    assert "The agenda is saved." in pm.press("agenda", **rows)
    assert "The agenda is final." in pm.press("final")
    assert "Agenda final since" in pm.read()
    links_due = Task.objects.filter(engagement=engagement, template__code="speaker-links").values_list("due_at", flat=True)
    assert set(links_due) == {NOW + 5 * DAY}, "S84"

    # what comes later is put off
    later = Task.objects.filter(engagement=engagement, state="OPEN", phase="PLANNING", due_at__gt=NOW).order_by("due_at", "pk")[1]
    due = later.due_at
    assert "shifted." in pm.press("shift", row=later, days=1)
    later.refresh_from_db()
    assert later.due_at == due + DAY

    # the day itself, as the customer sees it
    assert "Ready for the event" in board()
    clock.move_to(BEGINS - 31 * MINUTE)
    sync_states(now=BEGINS - 31 * MINUTE)
    phone = Client()
    phone.force_login(other.user)
    task = engagement.tasks.filter(template__code="support-begins", state="OPEN").order_by("due_at")[0]
    assert task.title not in board(who="kept")
    sent = phone.post(f"/my-day/engagements/{order.number}/tick/", {"key": "t1", "task": task.key, "done": "1"})
    assert sent.status_code == 302
    task.refresh_from_db()
    assert (task.state, task.done_by) == ("DONE", other.user)
    assert task.title in board(who="kept")
    assert str(other.user.get_full_name()) in board()
