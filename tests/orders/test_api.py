"""Placing orders over the REST API: promises rows 8 and 27."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.models import IdempotentAnswer, KeyScope
from orders.models import Order
from tests import make
from tests.orders.conftest import NOW, World

pytestmark = pytest.mark.usefixtures("monday")

URL = "/api/v1/orders/"


@pytest.fixture
def bearer(world: World) -> str:
    return f"Bearer {make.api_key(world.organisation, created_at=NOW)[1]}"


def body(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "package": "mc-premium",
        "site": world.site.host_name,
        "time_zone": "America/Montreal",
        "starts_at": "2027-04-20T10:00:00-04:00",
        "duration_minutes": 60,
        "contact": {"first_name": "Dana", "last_name": "Noor", "email": "dana@northwind.example", "phone": "+15145550123"},
        "meeting": {"is_scheduled": True},
        "event": {"title": "Spring launch", "event_kind": "MEETING"},
        **changes,
    }


def post(client: Client, bearer: str, data: Any, **headers: str) -> Any:
    return client.post(URL, json.dumps(data, default=str), content_type="application/json", headers={"authorization": bearer, **headers})


def test_a_program_places_an_order(client: Client, world: World, bearer: str) -> None:
    answer = post(client, bearer, body(world))
    assert answer.status_code == 201, answer.content
    order = answer.json()
    assert (order["status"], order["starts_at"], order["days"][0]["window"]["starts_at"]) == (
        "CONFIRMED",
        "2027-04-20T14:00:00Z",
        "2027-04-20T13:30:00Z",
    )
    assert answer["Location"] == f"/api/v1/orders/{order['number']}/"


def test_an_order_takes_so_many_statements(client: Client, world: World, bearer: str, django_assert_num_queries: Any) -> None:
    post(client, bearer, body(world))  # notes the use of the key
    with django_assert_num_queries(51):
        answer = post(client, bearer, body(world, starts_at="2027-04-21T10:00:00-04:00"), **{"idempotency-key": "k-1"})
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contact": {"first_name": "Dana", "last_name": "Noor", "email": "dana@northwind.example", "phone": "(514) 555-0123"}},
        {"contact": {"first_name": "Dana", "last_name": "Noor", "email": "dana@northwind.example"}, "external_reference": "C-77"},
        {"starts_at": NOW + timedelta(days=2)},
        {"services": {"interactive-studio": 2, "nothing-we-know": 1}},
        {"event": {"title": "Prévision", "event_kind": "EVENT", "attendees": 40, "streaming": "PLATFORM", "branded_app": True}},
    ],
)
def test_what_is_told_at_once_is_what_is_read_afterwards(client: Client, world: World, bearer: str, changes: dict[str, Any]) -> None:
    placed = post(client, bearer, body(world, **changes))
    assert placed.status_code == 201, placed.content
    read = client.get(placed["Location"], headers={"authorization": bearer})
    told = placed.json()
    del told["warnings"]
    assert told == read.json()
    assert placed["ETag"] == read["ETag"]


def test_nobody_free_answers_409_with_three_alternatives(client: Client, world: World, bearer: str) -> None:
    post(client, bearer, body(world))
    answer = post(client, bearer, body(world))
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (409, "application/problem+json", "nobody_free")
    assert len(answer.json()["alternatives"]) == 3
    assert Order.objects.count() == 1
    assert post(client, bearer, body(world, wait=True)).json()["status"] == "WAITING"


def test_a_key_replays_the_same_bytes_and_orders_once(client: Client, world: World, bearer: str) -> None:
    first = post(client, bearer, body(world), **{"idempotency-key": "a"})
    again = post(client, bearer, body(world), **{"idempotency-key": "a"})
    assert (first.status_code, first.content) == (201, again.content)
    assert Order.objects.count() == 1
    other = post(client, bearer, body(world, duration_minutes=75), **{"idempotency-key": "a"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_business_refusals_are_kept_and_validation_errors_are_not(client: Client, world: World, bearer: str) -> None:
    post(client, bearer, body(world))
    refused = post(client, bearer, body(world), **{"idempotency-key": "b"})
    assert post(client, bearer, body(world), **{"idempotency-key": "b"}).content == refused.content
    assert post(client, bearer, {}, **{"idempotency-key": "c"}).status_code == 400
    assert list(IdempotentAnswer.objects.values_list("key", flat=True)) == ["b"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"starts_at": "2027-04-20T10:00:00"}, 400, "invalid"),
        ({"duration_minutes": 0}, 422, "duration_too_short"),
        ({"duration_minutes": 25 * 60}, 422, "duration_too_long"),
        ({"starts_at": "2027-02-20T10:00:00-05:00"}, 422, "in_the_past"),
        ({"site": "other.webex.example"}, 400, "invalid"),
        ({"package": "tc-premium"}, 400, "invalid"),
        ({"event": {"title": "x\r\nATTENDEE:y", "event_kind": "MEETING"}}, 400, "invalid"),
        ({"starts_at": "2028-04-20T10:00:00-04:00"}, 409, "entitlement_expired"),
        ({"time_zone": "Mars/Base"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_taken_has_a_code(
    client: Client, world: World, bearer: str, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = post(client, bearer, body(world, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def test_days_must_be_few_and_follow_each_other(client: Client, world: World, bearer: str) -> None:
    """S76"""

    def days(*dates: int) -> dict[str, Any]:
        order = body(world, package="event-staff", event={"title": "x", "event_kind": "EVENT"})
        del order["starts_at"], order["duration_minutes"]
        return {**order, "days": [{"starts_at": f"2027-04-{day}T10:00:00-04:00", "duration_minutes": 480} for day in dates]}

    assert post(client, bearer, days(19, 20, 21, 22)).json()["code"] == "too_many_days"
    assert post(client, bearer, days(19, 21)).json()["code"] == "days_not_consecutive"
    assert len(post(client, bearer, days(19, 20, 21)).json()["days"]) == 3


def test_without_a_key_or_its_scope_nothing_is_placed(client: Client, world: World) -> None:
    assert post(client, "Bearer nonsense", body(world)).status_code == 401
    reader = make.api_key(world.organisation, [KeyScope.ORDERS_READ], created_at=NOW)[1]
    assert post(client, f"Bearer {reader}", body(world)).status_code == 403
    assert not Order.objects.exists()


def test_the_state_number_and_price_cannot_be_written(client: Client, world: World, bearer: str) -> None:
    """Promises row 27"""
    answer = post(client, bearer, body(world, status="COMPLETED", number="PR-7K3M-92QX-D", price={"contract": "0"}, organisation=1)).json()
    assert (answer["status"], answer["number"] == "PR-7K3M-92QX-D") == ("CONFIRMED", False)
    assert answer["price"]["contract"] != "0"


def test_a_reference_is_used_once_in_an_organisation(client: Client, world: World, bearer: str) -> None:
    post(client, bearer, body(world, external_reference="CRM-1"))
    second = post(client, bearer, body(world, external_reference="CRM-1", starts_at="2027-04-21T10:00:00-04:00"))
    assert (second.status_code, second.json()["code"]) == (409, "external_reference_taken")
