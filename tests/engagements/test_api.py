"""Engagements over the REST API: reading, ticking off, not applicable. Source: interfaces "REST API", S97 to S126"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from customers.models import KeyScope
from engagements.models import Task
from orders.actions.placing import place_order
from orders.models import Order
from outbox.models import Event
from tests import make
from tests.orders.conftest import NOW, World, world
from tests.orders.programs import Program

__all__ = ["world"]  # fixture


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def order(world: World) -> Order:
    return place_order(world.draft("event-staff"), accept_terms=True, by=world.orderer, now=NOW)


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
