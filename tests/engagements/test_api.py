"""Engagements over the REST API: reading, ticking off, not applicable. Source: interfaces "REST API", S97 to S126"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from customers.models import KeyScope
from engagements.actions import add_recording
from engagements.models import Engagement, Recording, RecordingDownload, Task
from engagements.queries import hours_of
from orders.actions.placing import place_order
from orders.models import Order
from outbox.models import Event
from tests import make
from tests.orders.conftest import NOW, World, made_world, world
from tests.orders.programs import Program

__all__ = ["made_world", "world"]  # fixtures


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


def engagement_of(order: Order) -> Engagement:
    assert order.engagement
    return order.engagement


@pytest.fixture
def crm(world: World) -> Program:
    return Program(world.organisation, [KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE])


def test_an_engagement_shows_its_team_days_and_promises(crm: Program, order: Order) -> None:
    listed = crm.get("engagements/").json()["results"]
    whole = crm.get(f"engagements/{order.number}/").json()
    assert [each["number"] for each in listed] == [order.number]
    assert {name: whole[name] for name in listed[0]} == listed[0]
    assert {"ANALYST", "PM"} <= {each["role"] for each in whole["team"]}
    assert whole["days"][0]["staffed_from"] == "2027-04-20T13:30:00Z"
    tasks = crm.get(f"engagements/{order.number}/tasks/").json()["results"]
    assert {each["side"] for each in tasks} == {"PROVIDER", "CUSTOMER"}
    assert len(tasks) == Task.objects.filter(engagement=order.engagement).count()


def test_the_customer_ticks_off_its_own_and_says_what_does_not_apply(crm: Program, order: Order) -> None:
    tasks = crm.get(f"engagements/{order.number}/tasks/").json()["results"]
    mine = [each for each in tasks if each["side"] == "CUSTOMER" and each["evidence_wanted"] == "TICK"]
    ours = next(each for each in tasks if each["side"] == "PROVIDER")
    here = f"engagements/{order.number}/tasks"
    done = crm.post(f"{here}/{mine[0]['key']}/complete/", {}, idempotency_key="t").json()
    assert (done["state"], done["standing"]) == ("DONE", "KEPT")
    assert crm.post(f"{here}/{mine[0]['key']}/complete/", {}, idempotency_key="t").json() == done
    assert crm.post(f"{here}/{mine[0]['key']}/complete/", {}).json()["state"] == "DONE"  # what is sent twice arrives once
    waived = crm.post(f"{here}/{mine[1]['key']}/waive/", {"reason": "We bring none."}).json()
    assert (waived["state"], waived["waived_because"]) == ("WAIVED", "We bring none.")
    assert crm.post(f"{here}/{ours['key']}/complete/", {"evidence": "https://x.example/"}).status_code in {403, 404, 409}
    assert Event.objects.filter(kind="task.completed", about=order.number).count() == 1


def test_another_s_engagement_is_as_good_as_none_and_scopes_count(world: World, order: Order) -> None:
    stranger = Program(make.organisation(), [KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE])
    key = Task.objects.filter(engagement=order.engagement)[0].key
    for path in (f"engagements/{order.number}/", f"engagements/{order.number}/tasks/"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"engagements/{order.number}/tasks/{key}/complete/", {}).status_code == 404
    assert Program(world.organisation).get(f"engagements/{order.number}/").status_code == 403


def test_the_hours_of_the_package_stand_in_the_engagement(crm: Program, world: World) -> None:
    """Source: S54, S91"""
    spring = place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)
    hours = crm.get(f"engagements/{spring.number}/").json()["hours"]
    assert {each["kind"]: each["left_minutes"] for each in hours} == {each.kind: each.left for each in hours_of(engagement_of(spring))}
    assert hours


def test_a_recording_of_the_customer_s_site_is_filed_listed_and_opened(crm: Program, world: World) -> None:
    """Source: S71, S93, S95"""
    order = place_order(world.draft("ec-premium"), accept_terms=True, by=world.orderer, now=NOW)
    engagement = engagement_of(order)
    session = engagement.sessions.get()
    here = f"engagements/{order.number}/recordings/"
    wish = {"session": session.key, "url": f"https://{order.site.host_name}/r/1", "formats": ["MP4"]}
    assert crm.post(here, wish).json()["code"] == "not_ended_yet"
    with time_machine.travel(session.ends_at + timedelta(hours=1), tick=False):
        assert crm.post(here, {**wish, "url": "https://elsewhere.example/r/1"}).json()["code"] == "foreign_host"
        assert crm.post(here, {**wish, "session": "nothing"}).json()["errors"][0]["pointer"] == "#/session"
        filed = crm.post(here, wish)
        assert (filed.status_code, filed.json()["formats"], filed.json()["place"]) == (201, ["MP4"], "SITE")
        assert crm.post(here, wish).json() == filed.json()
        assert crm.get(here).json()["results"] == [filed.json()]
        assert not Task.objects.filter(session=session, state="DONE").exists()  # none of us has looked at it
        add_recording(session, url=wish["url"], formats=["MP4"], by=None, now=session.ends_at + timedelta(hours=1))
        assert Task.objects.filter(session=session, state="DONE").exists()
        assert crm.post(filed.json()["links"]["open"]).json() == {"url": wish["url"]}
        assert RecordingDownload.objects.count() == 1
        assert Event.objects.filter(kind="recording.available", about=order.number).count() == 1
    Recording.objects.update(expires_at=session.ends_at + timedelta(hours=2))
    with time_machine.travel(session.ends_at + timedelta(hours=3), tick=False):
        assert crm.post(filed.json()["links"]["open"]).json()["code"] == "recording_expired"


def test_another_s_recording_is_as_good_as_none(order: Order) -> None:
    session = engagement_of(order).sessions.get()
    url = f"https://{order.site.host_name}/r/1"
    recording = add_recording(session, url=url, formats=["MP4"], by=None, now=session.ends_at + timedelta(hours=1))
    stranger = Program(make.organisation(), [KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE])
    here = f"engagements/{order.number}/recordings/"
    asked = {"session": session.key, "url": url, "formats": ["MP4"]}
    assert [stranger.get(here).status_code, stranger.post(here, asked).status_code] == [404, 404]
    assert stranger.post(f"{here}{recording.key}/open/").status_code == 404
    assert RecordingDownload.objects.count() == 0
