"""An analyst works through an event day, page by page as the server sends them, and hands over to the next: S85 to S95."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from engagements.actions import sync_states
from engagements.models import Engagement, Task
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.actions.placing import place_order
from orders.asks import Event, Meeting
from orders.models import Order
from tests.orders.conftest import NOW, World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEGINS = datetime.fromisoformat("2027-04-20T10:00:00-04:00")
ROOM = "https://northwind.webex.example/meet/support"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@dataclass
class Analyst:
    """Somebody with a phone, on the page of one engagement."""

    client: Client
    engagement: Engagement

    def read(self, path: str = "") -> str:
        answer = self.client.get(path or self.path)
        assert answer.status_code == 200, (path, answer.status_code)
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))

    @property
    def path(self) -> str:
        return f"/my-day/engagements/{self.engagement.number}/"

    def press(self, button: str, **sent: str) -> str:
        """Press a button of the page; gives back the page that follows."""
        key = sent.pop("key", f"{button}-{sorted(sent.items())}"[:40].replace(" ", ""))
        answer = self.client.post(f"{self.path}{button}/", {"key": re.sub(r"[^\w-]", "", key), **sent})
        assert answer.status_code == 302, (button, answer.status_code)
        return self.read(answer.url)

    def tick(self, code: str, **sent: str) -> str:
        task = self.engagement.tasks.filter(template__code=code, state="OPEN").order_by("due_at")[0]
        return self.press("tick", key=task.key, task=task.key, done="1", **sent)


@pytest.fixture
def analyst(world: World, client: Client, clock: time_machine.Traveller) -> Analyst:
    by = world.orderer
    draft = start_draft(by=by, organisation=world.organisation, now=NOW)
    save_availability(draft, ask=world.ask("event-staff", when=world.when(days=2, hours=2)), by=by, now=NOW)
    save_meeting(draft, answers=Meeting(is_scheduled=True), by=by, now=NOW)
    event = Event(title="Learning days", event_kind="EVENT", streaming=Order.Streaming.MEETINGS, services={"support-room": 1})
    save_event(draft, answers=event, by=by, now=NOW)
    order = place_order(draft, accept_terms=True, by=by, now=NOW)
    assert order.engagement
    clock.move_to(BEGINS - 61 * MINUTE)
    client.force_login(order.engagement.assignments.get(role="ANALYST").staff.user)
    return Analyst(client, order.engagement)


def test_a_day_from_the_first_look_to_the_hand_over(analyst: Analyst, world: World, clock: time_machine.Traveller) -> None:
    assert "Open my day" in analyst.read("/")
    mine = analyst.read("/my-day/")
    assert "Learning days" in mine and "Tue 20 April 2027, 10:00 to 12:00, Montreal (UTC-4)" in mine

    page = analyst.read()
    assert "On duty" in page and "09:30" in page and "Not looked at yet" in page
    first = analyst.engagement.sessions.get(day__position=1)
    assert "On in the cloud" in analyst.press("session", session=first.key, what="recording-on")
    assert "Open the support room" in analyst.press("room", url=ROOM)

    clock.move_to(BEGINS - 29 * MINUTE)
    sync_states(now=BEGINS - 29 * MINUTE)
    assert "The event begins" in analyst.read()
    analyst.tick("support-begins")
    page = analyst.tick("support-room", evidence=ROOM)
    assert "3 of " in page and ROOM in page

    clock.move_to(BEGINS + MINUTE)
    session = analyst.engagement.sessions.get(day__position=1)
    assert "Running" in analyst.press("session", session=session.key, what="begun")
    analyst.press("incident", key="i1", what="Room 2 echoes", severity="MINOR")
    assert "Put right" in analyst.press("resolve", key="i1", resolution="Door closed")
    analyst.press("change", key="c1", what="Announce the break", kind="ANNOUNCEMENT", asked_by="Ada")
    assert "It is made" not in analyst.press("settle", key="c1", state="DONE")

    clock.move_to(BEGINS + 2 * HOUR + 10 * MINUTE)
    page = analyst.press("session", session=session.key, what="ended")
    assert "Ended" in page and "12:10" in page
    upload = Task.objects.get(engagement=analyst.engagement, template__code="recording-upload", session=session)
    assert upload.due_at == BEGINS + 50 * HOUR + 10 * MINUTE, "S93: 48 hours from the actual end"
    link = f"https://{world.site.host_name}/recordings/1"
    page = analyst.press("recording", session=session.key, url=link, formats="MP4", trim_note="The first minute")
    assert "The recording is in the agenda." in page and link in page and "MP4 video" in page
    upload.refresh_from_db()
    assert (upload.state, upload.evidence) == ("DONE", link)
    analyst.press("note", key="n1", text="Keep the door of room 2 shut.")

    clock.move_to(BEGINS + 23 * HOUR)
    pm = analyst.engagement.assignments.get(role="PM").staff.user
    analyst.client.force_login(pm)
    page = analyst.read()
    assert "Day 2" in page and "Keep the door of room 2 shut." in page and "I have read it" in page
    assert "I have read it" not in analyst.press("read", key="n1")


def test_what_was_done_late_stays_visible(analyst: Analyst, clock: time_machine.Traveller) -> None:
    clock.move_to(BEGINS - 10 * MINUTE)
    assert "missed" in analyst.read()
    assert "done late" in analyst.tick("support-begins")
