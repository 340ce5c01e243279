"""The client against the simulated Webex: every operation, pages, waiting, troubles. webex.md section 7."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from tests.webex.description import description, faults_of, operation_of
from tests.webex.sites import END, HOST, HOUR, NOW, START, SimulatedWebex
from webex.client import PAGE_SIZES, Webex
from webex.simulator.world import Exchange, Fault, client_of
from webex.troubles import Busy, Forbidden, ForeignAddress, NotThere, Rejected, Trouble, Unauthorised, Unreachable, wait_asked

SITE = "tenant-a.webex.example"
WINDOW = {"since": START - 6 * HOUR, "until": END + 6 * HOUR}


@pytest.fixture
def site(webex: SimulatedWebex) -> Iterator[Webex]:
    with Webex(token=webex.world.token("access", SITE), now=NOW) as door:
        yield door


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Webex:
    """What no server would say."""
    return Webex(token="t", now=NOW, transport=httpx.MockTransport(answer))


def took_place(webex: SimulatedWebex, **fields: Any) -> Any:
    meeting = webex.meeting(SITE, registrants=3, invitees=["guest@guests.example"], **fields)
    webex.begin(meeting, START)
    webex.end(meeting, END)
    webex.record(meeting, END + HOUR)
    webex.clock.set(END + 30 * HOUR)
    return meeting


def test_every_operation_as_described(webex: SimulatedWebex, site: Webex) -> None:
    """Requests are legal Webex requests, and the simulator is a legal Webex: 100 % of the operations, 0 undeclared columns."""
    made = site.create_meeting(
        title="Made", start="2027-04-01T09:00:00Z", end="2027-04-01T10:00:00Z", timezone="Europe/Paris", hostEmail=HOST, sendEmail=False,
        integrationTags=["PR-7K3M-92QX-D"], invitees=[{"email": "guest@guests.example"}],
    )  # fmt: skip
    assert site.meeting(made.id, host_email=HOST).title == "Made"
    later = datetime(2027, 4, 2, 9, tzinfo=UTC)
    moved = site.patch_times(made.id, starts_at=later, ends_at=later + HOUR, zone="Europe/Paris", host_email=HOST, tell_invitees=False)
    assert moved.starts_at == later
    assert len(site.invitees(made.id, host_email=HOST)) == 1
    site.delete_meeting(made.id, host_email=HOST, tell_invitees=False)
    meeting = took_place(webex)
    (series,) = site.meetings_with_number(meeting.number, HOST)
    (occurrence,) = site.occurrences(host_email=HOST, site=SITE, **WINDOW)
    (instance,) = site.instances(series=series.id, host_email=HOST, **WINDOW)
    assert (series.kind, occurrence.kind, instance.kind) == ("meetingSeries", "scheduledMeeting", "meeting")
    assert series.series == occurrence.series == instance.series == meeting.id
    assert (instance.state, instance.starts_at, instance.ends_at, instance.number) == ("ended", START, END, "")
    of = {"meeting_id": instance.id, "host_email": HOST, **WINDOW}
    (recording,) = site.recordings(**of, whole_organisation=False)
    assert site.recordings(**of, whole_organisation=True)[0].playback_url == recording.playback_url
    assert site.recording(recording.id, host_email=HOST).topic == recording.topic
    assert len(site.participants(**of)) == len(site.attendees(site=SITE, meeting_id=instance.id, **WINDOW)) == 8
    assert len(site.registrants(series=series.id, host_email=HOST, since=START - timedelta(days=80), until=START)) == 3
    assert site.sites() == {SITE}
    hook = site.create_webhook(
        name="n",
        target_url="https://portal.example/hooks/webex/x/",
        resource="meetings",
        event="ended",
        secret="s",
        whole_organisation=True,
    )
    assert site.activate_webhook(site.webhook(hook.id), secret="s").is_active and len(site.webhooks()) == 1
    site.delete_webhook(hook.id)
    client_id, client_secret = client_of(SITE)
    with Webex(now=NOW) as door:
        door.refresh(client_id=client_id, client_secret=client_secret, refresh_token=webex.world.token("refresh", SITE))
    called = {operation_of(each.method, each.path) for each in webex.calls()}
    assert called == set(description()["operations"])


def test_an_undeclared_word_would_be_found() -> None:
    """The control of the check that ends every test."""
    token = {"authorization": "Bearer x"}
    wrong = Exchange(
        "GET",
        "/meetings",
        {"meetingNumer": ["1"], "max": ["many"], "state": ["gone"]},
        {**token, "x-site": "1"},
        {},
        200,
        {"items": [{"id": 1}]},
    )
    faults = "\n".join(faults_of(wrong))
    for word in ("meetingNumer", "max is many", "state is gone", "header x-site", "'title' is a required property"):
        assert word in faults
    assert faults_of(Exchange("GET", "/nothing", {}, token, {}, 200, {})) != []


@pytest.mark.parametrize("count", [0, 1, 10, 11, 100, 101, 1003])
def test_every_item_of_every_page_once(webex: SimulatedWebex, site: Webex, count: int) -> None:
    """With `max=null` in the address of the next page, as Webex writes it."""
    webex.meeting(SITE, registrants=count)
    found = site.registrants(series=webex.world.meetings[0].id, host_email=HOST, since=START - timedelta(days=80), until=START)
    assert len(found) == len({each.email for each in found}) == count
    assert len(webex.calls("GET")) == max(1, -(-count // PAGE_SIZES[0]))
    assert all(each.query["max"] == ["100"] for each in webex.calls("GET"))


def test_a_next_page_on_another_host_gets_no_token(webex: SimulatedWebex, site: Webex) -> None:
    webex.meeting(SITE, registrants=101)
    thief = SimulatedWebex(type(webex.server)(type(webex.world)(webex.clock)))
    thief.server.start()
    webex.world.foreign_next = f"127.0.0.1:{thief.server.server_address[1]}"
    with pytest.raises(ForeignAddress):
        site.registrants(series=webex.world.meetings[0].id, host_email=HOST, since=START - timedelta(days=80), until=START)
    thief.server.stop()
    assert thief.calls() == []


def test_a_redirect_is_not_followed() -> None:
    """The token would go along."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://evil.example/v1/meetings"})

    with pytest.raises(Unreachable), answering(answer) as door:
        door.sites()
    assert len(asked) == 1


IN_40_SECONDS = format_datetime(NOW + timedelta(seconds=40), usegmt=True)


@pytest.mark.parametrize("status", [429, 423])
@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 1), ("1", 1), ("30", 30), (None, 15), ("abc", 15), (IN_40_SECONDS, 40), ("-5", 15), ("9" * 400, 2_592_000)]
)
def test_how_long_to_wait_is_handed_to_the_caller(webex: SimulatedWebex, site: Webex, status: int, said: str | None, seconds: int) -> None:
    """Never earlier than asked, and nobody sleeps: the simulator's clock stands still, and so would the test."""
    webex.world.faults.append(Fault(status=status, retry_after=said))
    with pytest.raises(Busy) as busy:
        site.sites()
    assert busy.value.wait == timedelta(seconds=seconds)


def test_a_date_in_the_past_asks_for_a_second() -> None:
    assert wait_asked("Mon, 01 Mar 2027 00:00:00 GMT", now=NOW) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=401), Unauthorised), (Fault(status=403), Forbidden), (Fault(status=404), NotThere), (Fault(status=400), Rejected),
        (Fault(status=409), Rejected), (Fault(status=415), Rejected), (Fault(status=500), Unreachable),
        (Fault(status=502, body="<html>Bad gateway</html>"), Unreachable), (Fault(status=200, body="<html>Sign in</html>"), Unreachable),
        (Fault(status=200, body="[1, 2"), Unreachable), (Fault(status=200, body="[]"), Unreachable),
        (Fault(status=200, body='{"items": 3}'), Unreachable), (Fault(status=200, body="[" * 100_000), Unreachable),
    ],
)  # fmt: skip
def test_troubles_are_told_apart_by_what_to_do(webex: SimulatedWebex, site: Webex, fault: Fault, kind: type[Trouble]) -> None:
    webex.world.faults.append(fault)
    with pytest.raises(kind):
        site.webhooks()


def test_a_page_that_takes_too_long_is_asked_for_smaller(webex: SimulatedWebex, site: Webex) -> None:
    """504: 'try to reduce max'"""
    webex.meeting(SITE, registrants=60)
    webex.world.faults.append(Fault(status=504))
    found = site.registrants(series=webex.world.meetings[0].id, host_email=HOST, since=START - timedelta(days=80), until=START)
    assert len(found) == 60 and webex.calls("GET")[0].query["max"] == ["50"]


def test_a_dripping_answer_ends(webex: SimulatedWebex) -> None:
    webex.world.faults.append(Fault(drip=True, seconds=0.05))
    with pytest.raises(Unreachable), Webex(token=webex.world.token("access", SITE), now=NOW, seconds=0.15) as door:
        door.sites()


def test_nobody_answers(settings: Any) -> None:
    settings.WEBEX_BASE_URL = "http://127.0.0.1:9/v1"
    with pytest.raises(Unreachable), Webex(now=NOW) as door:
        door.sites()


def test_strange_answers_are_read_as_far_as_they_go() -> None:
    """Unknown columns, words and types are passed over; passwords are never read."""
    item = {
        "id": "7c1d_I_3", "meetingType": "brandNew", "title": "Line one\nline two\x00", "start": "1970-01-01T00:00:00Z", "end": "soon",
        "hostEmail": "ANA@host.example", "siteUrl": 7, "password": "Xy7mQp2Z", "hostKey": "903412", "novelty": {"a": []}, "telephony": None,
    }  # fmt: skip
    body = {"items": [item, "no object", None]}
    with answering(lambda _request: httpx.Response(200, json=body)) as door:
        (meeting,) = door.meetings_with_number("1", HOST)
    assert (meeting.title, meeting.starts_at, meeting.ends_at, meeting.host_email, meeting.site) == (
        "Line one line two",
        None,
        None,
        HOST,
        "",
    )
    assert "Xy7mQp2Z" not in repr(meeting) and "903412" not in repr(meeting)


def test_the_log_names_the_tracking_id_and_nobody(webex: SimulatedWebex, site: Webex, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    meeting = took_place(webex)
    webex.world.faults.append(Fault(status=500))
    with pytest.raises(Unreachable) as trouble:
        site.meetings_with_number(meeting.number, HOST)
    site.meetings_with_number(meeting.number, HOST)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("webex", "httpx")))
    assert trouble.value.tracking_id and trouble.value.tracking_id in ours
    assert [secret for secret in (HOST, meeting.number, "Bearer", "password", "hostKey") if secret in ours] == []
