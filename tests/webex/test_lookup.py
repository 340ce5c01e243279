"""Step 2 of the order form asks the customer's site: S24 to S27, and whatever the site does, the next step is one click away."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.sealing import seal
from orders.models import Order
from scheduling.models import Booking
from tests import make
from tests.orders.conftest import NOW, World
from tests.orders.test_wizard import STEP_1, STEP_3
from tests.webex.sites import HOST, SimulatedWebex, connected
from webex import queries
from webex.models import Connection
from webex.queries import Answer, find_meeting
from webex.simulator.world import Fault

STARTS = datetime(2027, 4, 20, 14, 0, tzinfo=UTC)  # 10:00 in Montreal, as STEP_1 says
NUMBER = "2551 234 0987"
ASKED = {"is_scheduled": "yes", "own_host": "yes", "meeting_number": NUMBER, "host_email": HOST}
HOUR = timedelta(hours=1)


@pytest.fixture
def draft(world: World, webex: SimulatedWebex, client: Client) -> Iterator[str]:
    """The address of a draft that stands at step 2, on a connected site."""
    webex.clock.set(NOW)
    connected(webex, world.site)
    with time_machine.travel(NOW, tick=False):
        client.force_login(world.orderer)
        path = str(client.post("/orders/new/", {"package": "mc-premium"}).url).removesuffix("availability/")
        client.post(path + "availability/", {**STEP_1, "site": world.site.pk})
        yield path


def meeting(webex: SimulatedWebex, world: World, **fields: Any) -> Any:
    values = {"start": STARTS, "end": STARTS + HOUR, "title": "Q3 partner briefing", "agenda": "10:00 Welcome\n10:20 Figures", **fields}
    return webex.meeting(values.pop("site", world.site), **values)


def test_a_found_meeting_fills_the_next_step_in(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    """S25: title, agenda, host and link; never a password."""
    meeting(webex, world)
    answer = client.post(draft + "meeting/", ASKED, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == draft + "event/"
    assert 'value="Q3 partner briefing"' in page and "10:20 Figures" in page and "We found" in page
    order = Order.objects.get()
    assert (order.host_name, order.meeting_number) == ("Ana Host", NUMBER)
    assert order.meeting_link.startswith(f"https://{world.site.host_name}/")
    assert client.post(draft + "event/", {**STEP_3, "title": order.title}).url == draft + "check/"


def test_what_was_typed_stays(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    meeting(webex, world)
    client.post(draft + "meeting/", {**ASKED, "host_name": "Omar", "meeting_link": "https://mine.example/x"})
    order = Order.objects.get()
    assert (order.host_name, order.meeting_link) == ("Omar", "https://mine.example/x")


def test_a_meeting_is_found_by_host_id_and_email_too(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    """S25: Webex has no look-up by host ID any more, so the host's nearest meeting of that day is taken."""
    meeting(webex, world, title="Far", number="1", start=STARTS + 9 * HOUR, end=STARTS + 10 * HOUR)
    meeting(webex, world, title="Near", number="2")
    client.post(draft + "meeting/", {**ASKED, "meeting_number": "", "host_id": "ana.host"})
    assert Order.objects.get().title == "Near"


NOT_THERE: dict[str, Any] = {
    "unknown": lambda webex, world: meeting(webex, world, number="1"),
    "somebody else's": lambda webex, world: meeting(webex, world, host_email="other@host.example", invitees=[HOST]),
    "another host's": lambda webex, world: meeting(webex, world, host_email="other@host.example"),
    "another customer's": lambda webex, world: meeting(webex, world, site="other.webex.example"),
}


def test_not_found_and_not_yours_are_the_same_words(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    pages = set()
    for make_it in NOT_THERE.values():
        webex.world.meetings.clear()
        make_it(webex, world)
        answer = client.post(draft + "meeting/", ASKED)
        page = answer.content.decode()
        assert answer.status_code == 200 and "We did not find this meeting" in page
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page[page.index("<main") :]))
        assert "Q3 partner briefing" not in page
    assert len(pages) == 1
    assert client.post(draft + "meeting/", {**ASKED, "by_hand": "1"}).url == draft + "event/"


def test_a_token_that_reaches_another_tenant_shows_nothing(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    """Tenant mix-up: the site's own name and host are compared again here."""
    other = meeting(webex, world, site="other.webex.example")
    stolen = webex.world.token("access", other.site)
    Connection.objects.update(access_token_sealed=seal(stolen))
    page = client.post(draft + "meeting/", ASKED).content.decode()
    assert webex.calls("GET", "/meetings")[-1].answer["items"] and "We did not find this meeting" in page
    assert "Q3 partner briefing" not in page and not Order.objects.get().title


OUTAGES = {
    "500": Fault(status=500), "502 in HTML": Fault(status=502, body="<html>"), "429": Fault(status=429, retry_after="30"),
    "401": Fault(status=401), "garbage": Fault(status=200, body="{"), "slow": Fault(seconds=1.5), "dripping": Fault(drip=True, seconds=0.1),
}  # fmt: skip


def test_whatever_the_site_does_the_order_goes_on(
    webex: SimulatedWebex, world: World, client: Client, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outage: within the budget (3 s; a third of a second here), never an error, and the manual form is there."""
    monkeypatch.setattr("webex.queries.LOOKUP_SECONDS", 0.35)
    meeting(webex, world)
    for outage, fault in OUTAGES.items():
        webex.world.faults.append(fault)
        began = time.perf_counter()
        with time_machine.travel(NOW, tick=True):
            answer = client.post(draft + "meeting/", ASKED, follow=True)
        assert time.perf_counter() - began < 3, outage
        assert answer.status_code == 200 and answer.redirect_chain[-1][0] == draft + "event/", outage
        assert "gave no answer in time" in answer.content.decode(), outage
        webex.world.faults.clear()


def test_the_budget_is_three_seconds() -> None:
    assert queries.LOOKUP_SECONDS == 3


def test_the_site_is_asked_only_when_it_can_answer(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    calls = len(webex.calls())
    for changes in ({"host_email": ""}, {"meeting_number": ""}, {"is_scheduled": "no"}):
        assert client.post(draft + "meeting/", {**ASKED, **changes}).status_code in {200, 302}
    assert len(webex.calls()) == calls


def test_without_a_connection_everything_is_by_hand(world: World, client: Client, draft: str) -> None:
    Connection.objects.all().delete()
    assert client.post(draft + "meeting/", ASKED).url == draft + "event/"
    found = find_meeting(world.site, host_id="", host_email=HOST, meeting_number=NUMBER, now=NOW)
    assert found.answer == Answer.NO_CONNECTION


# Two times ------------------------------------------------------------------------------------------------------------------


def test_another_time_on_the_site_is_asked_about_and_checked_again(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    """S27"""
    meeting(webex, world, start=STARTS + HOUR, end=STARTS + 2 * HOUR + timedelta(minutes=20))
    page = client.post(draft + "meeting/", ASKED).content.decode()
    assert "Which time is right?" in page and "11:00 to 12:20" in page.replace("\N{NO-BREAK SPACE}", " ")
    values = {"starts_at": (STARTS + HOUR).isoformat(), "minutes": "80"}
    assert client.post(draft + "meeting/", {**values, "take": "site"}).url == draft + "event/"
    order = Order.objects.get()
    assert (order.starts_at, order.ends_at) == (STARTS + HOUR, STARTS + HOUR + timedelta(minutes=90))  # whole quarters
    held = Booking.objects.get(state="HELD")
    assert held.start_at == STARTS + timedelta(minutes=30) and order.title == "Q3 partner briefing"


def test_one_s_own_time_can_be_kept(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    meeting(webex, world, start=STARTS + HOUR, end=STARTS + 2 * HOUR)
    client.post(draft + "meeting/", ASKED)
    assert client.post(draft + "meeting/", {"take": "mine"}).url == draft + "event/"
    assert Order.objects.get().starts_at == STARTS


def test_nobody_free_at_the_sites_time_leads_to_other_times(webex: SimulatedWebex, world: World, client: Client, draft: str) -> None:
    meeting(webex, world, start=STARTS + 5 * HOUR, end=STARTS + 6 * HOUR)
    client.post(draft + "meeting/", ASKED)
    make.booking(world.producers[0], STARTS + 5 * HOUR)
    values = {"starts_at": (STARTS + 5 * HOUR).isoformat(), "minutes": "60", "take": "site"}
    assert client.post(draft + "meeting/", values).url == draft + "times/"


def test_only_a_time_can_be_taken(client: Client, webex: SimulatedWebex, world: World, draft: str) -> None:
    meeting(webex, world, start=STARTS + HOUR, end=STARTS + 2 * HOUR)
    client.post(draft + "meeting/", ASKED)
    for values in ({}, {"starts_at": "soon", "minutes": "60"}, {"starts_at": STARTS.isoformat(), "minutes": "0"}):
        assert client.post(draft + "meeting/", {**values, "take": "site"}).url == draft + "meeting/"


def test_a_time_outside_the_contract_is_refused_in_words(client: Client, webex: SimulatedWebex, world: World, draft: str) -> None:
    client.post(draft + "meeting/", {**ASKED, "by_hand": "1"})
    far = datetime(2028, 4, 20, 14, 0, tzinfo=UTC).isoformat()
    page = client.post(draft + "meeting/", {"starts_at": far, "minutes": "60", "take": "site"}).content.decode()
    assert "The time of your site cannot be taken" in page and Order.objects.get().starts_at == STARTS
