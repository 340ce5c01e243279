"""Reading, moving, cancelling and asking over the REST API: interfaces "REST API", promises rows 6, 8, 32, 40."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import KeyScope
from orders.actions.placing import place_order
from orders.models import BulkCheck, Order
from orders.tasks import answer_bulk_checks
from tests import make
from tests.orders.conftest import NOW, World, staff
from tests.orders.programs import API, Program, body, question

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def crm(world: World) -> Program:
    return Program(world.organisation)


def days(world: World, count: int) -> list[Order]:
    """So many orders on so many days, each placed a minute after the other."""
    made = []
    for n in range(count):
        when = world.when(world.when().days[0].local_start + timedelta(days=n))
        made.append(place_order(world.draft(when=when), accept_terms=True, by=world.orderer, now=NOW + timedelta(minutes=n)))
    return made


def test_what_was_placed_reads_the_same_and_has_a_version(crm: Program, world: World) -> None:
    asked = body(world, external_reference="CRM-1", services={"hold-music": 1})
    placed = crm.post("orders/", asked)
    assert placed.status_code == 201, placed.content
    read = crm.get(placed["Location"])
    assert {**read.json(), "warnings": []} == placed.json()
    assert read["ETag"] == placed["ETag"]
    assert read.json()["external_reference"] == "CRM-1"
    assert read.json()["contact"] == asked["contact"] | {"company": ""}
    assert crm.get("orders/").json()["results"] == [read.json()]
    unchanged = crm.get(placed["Location"], if_none_match=read["ETag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_another_s_order_is_as_good_as_none(crm: Program, world: World) -> None:
    [order] = days(world, 1)
    stranger = Program(make.organisation())
    foreign, missing = stranger.get(f"orders/{order.number}/"), stranger.get("orders/PR-3333-3333-R/")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert crm.get(f"orders/{order.number}/").status_code == 200


def test_lists_that_are_asked_for_in_the_same_words_stay_apart(crm: Program, world: World) -> None:
    first, second = days(world, 2)
    stranger = Program(make.organisation())
    for order in (first, second, first):
        Order.objects.filter(pk=order.pk).update(external_reference=f"CRM-{order.pk}")
        asked = f"orders/?external_reference=CRM-{order.pk}&starts_from=2027-04-01T00:00:00Z&limit=1"
        assert [each["number"] for each in crm.get(asked).json()["results"]] == [order.number]
        assert stranger.get(asked).json()["results"] == []


def pages(crm: Program, path: str, way: str = "next") -> Iterator[list[str]]:
    while path:
        answer = crm.get(path)
        assert answer.status_code == 200, answer.content
        yield [each["number"] for each in answer.json()["results"]]
        path = re.sub(r"^https?://[^/]+", "", answer.json()[way] or "")


def test_pages_follow_each_other_both_ways_and_lose_nothing(crm: Program, world: World) -> None:
    numbers = [order.number for order in days(world, 5)]
    newest_first = numbers[::-1]
    assert [*pages(crm, "orders/?limit=2")] == [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert [*pages(crm, "orders/?limit=2&updated_since=2027-03-01T00:00:00Z")] == [numbers[:2], numbers[2:4], numbers[4:]]
    last = re.sub(
        r"^https?://[^/]+", "", crm.get(crm.get("orders/?limit=2").json()["next"].removeprefix("http://127.0.0.1:8000")).json()["next"]
    )
    assert [*pages(crm, last, "previous")] == [newest_first[4:], newest_first[2:4], newest_first[:2]]
    assert crm.get("orders/").json()["next"] is None


def test_a_list_takes_the_same_number_of_queries_however_long(crm: Program, world: World) -> None:
    days(world, 2)
    crm.get("orders/")  # notes that the key is used
    with CaptureQueriesContext(connection) as few:
        crm.get("orders/")
    extra = [world.when(world.when().days[0].local_start + timedelta(days=10 + n)) for n in range(3)]
    for when in extra:
        place_order(world.draft(when=when), accept_terms=True, by=world.orderer, now=NOW)
    with CaptureQueriesContext(connection) as many:
        assert len(crm.get("orders/").json()["results"]) == 5
    assert len(many) == len(few)
    assert len([each for each in many if '"orders_' in each["sql"]]) == 1  # with days, services and waiting moves


def test_only_a_write_has_a_savepoint_beside_the_request_s(crm: Program, world: World) -> None:
    with CaptureQueriesContext(connection) as read:
        assert crm.get("orders/").status_code == 200
    with CaptureQueriesContext(connection) as refused:
        assert crm.post("orders/", body(world, package="none")).status_code == 400
    opened_and_released, undone = 2, 1  # in a test the request's transaction is a savepoint too
    assert sum("SAVEPOINT" in each["sql"] for each in read) == opened_and_released
    assert sum("SAVEPOINT" in each["sql"] for each in refused) == 2 * opened_and_released + undone


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("status=CONFIRMED", 2),
        ("status=WAITING", 0),
        ("package=mc-premium", 2),
        ("package=nothing", 0),
        ("external_reference=CRM-7", 1),
        ("starts_from=2027-04-21T00:00:00Z", 1),
        ("starts_before=2027-04-21T00:00:00Z", 1),
        ("updated_since=2027-03-02T00:00:00Z", 0),
    ],
)
def test_filters(crm: Program, world: World, asked: str, found: int) -> None:
    first, _second = days(world, 2)
    Order.objects.filter(pk=first.pk).update(external_reference="CRM-7")
    assert len(crm.get(f"orders/?{asked}").json()["results"]) == found


def written(values: list[Any]) -> str:
    """A cursor that nobody gave out."""
    return urlsafe_b64encode(json.dumps([0, *values]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "asked",
    [
        "ordering=-placed_at", "organisation=1", "organisation__key=x", "state__in=DRAFT", "status=DRAFT", "_connector=OR", "limit=0",
        "limit=101", "limit=%27", "cursor=x", "cursor=WzAsMV0", "cursor=WzAsICIkIiwgIlwwIl0", "updated_since=yesterday",
        "updated_since=2027-04-20T10:00:00", "starts_from=9999-12-31T23:59:59-23:00", "package=%24", "status=%01", "q=%F0%9F%98%80",
        *(f"cursor={written(['2027-01-01T00:00:00Z', number])}" for number in ("\0", "\ud800", 1.5, ["PR"], None, {})),
        "cursor=" + "W" * 401, "external_reference=" + "x" * 81, "number__contains=PR", "limit=1e9",
    ],
)  # fmt: skip
def test_nothing_else_can_be_asked(crm: Program, asked: str) -> None:
    """Promises row 40"""
    answer = crm.get(f"orders/?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content


def test_a_move_wants_the_version_that_was_seen(crm: Program, world: World) -> None:
    [order] = days(world, 1)
    path = f"orders/{order.number}/move/"
    wish = {"starts_at": "2027-04-22T14:00:00-04:00"}
    seen = crm.get(f"orders/{order.number}/")["ETag"]
    assert crm.post(path, wish).json()["code"] == "precondition_required"
    assert crm.post(path, wish, if_match='"another"').status_code == 412
    moved = crm.post(path, wish, if_match=seen)
    assert (moved.status_code, moved.json()["starts_at"]) == (200, "2027-04-22T18:00:00Z")
    assert crm.post(path, {"starts_at": "2027-04-23T14:00:00-04:00"}, if_match=seen).json()["code"] == "precondition_failed"
    again = crm.post(path, {"starts_at": "2027-04-23T14:00:00-04:00"}, if_match=moved["ETag"])
    assert again.json()["starts_at"] == "2027-04-23T18:00:00Z"
    assert crm.post(path, wish, if_match="*").status_code == 200


def test_a_move_to_a_taken_time_names_three_others(crm: Program, world: World) -> None:
    first, second = days(world, 2)
    answer = crm.post(f"orders/{first.number}/move/", {"starts_at": second.starts_at.isoformat()}, if_match="*")
    assert (answer.status_code, answer.json()["code"], len(answer.json()["alternatives"])) == (409, "nobody_free", 3)


def test_a_late_move_waits_and_shows_in_the_list_of_changes(crm: Program, world: World) -> None:
    [order] = days(world, 1)
    before = crm.get(f"orders/{order.number}/")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        moved = crm.post(f"orders/{order.number}/move/", {"starts_at": "2027-03-09T10:00:00-05:00"}, if_match=before["ETag"])
        assert (moved.json()["status"], moved.json()["starts_at"]) == ("CONFIRMED", before.json()["starts_at"])
        assert moved.json()["waiting_move"]["starts_at"] == "2027-03-09T15:00:00Z"
        assert moved["ETag"] != before["ETag"]
        assert len(crm.get("orders/?updated_since=2027-03-01T09:30:00Z").json()["results"]) == 1


def test_a_cancellation_names_its_fee_first(crm: Program, world: World) -> None:
    """S41, S53"""
    [order] = days(world, 1)
    path = f"orders/{order.number}/cancel/"
    with time_machine.travel(order.starts_at - timedelta(days=3), tick=False):
        refused = crm.post(path, {}, if_match="*")
        assert (refused.status_code, refused.json()["code"]) == (409, "fee_not_accepted")
        fee = refused.json()["fee"]
        assert (fee["percent"], fee["currency"]) == (30, "USD")
        wish = {"accept_fee": fee["amount"], "reason": "Plans changed."}
        done = crm.post(path, wish, if_match="*", idempotency_key="c")
        assert (done.json()["status"], done.json()["cancelled"]["fee"]) == ("CANCELLED", fee["amount"])
        assert (
            crm.post(path, {"accept_fee": fee["amount"], "reason": "Plans changed."}, if_match="*", idempotency_key="c").content
            == done.content
        )
        over = crm.post(f"orders/{order.number}/move/", {"starts_at": "2027-05-20T10:00:00Z"}, if_match="*")
        assert over.json()["code"] == "order_is_over"


def test_availability_answers_as_ordering_would_and_holds_nobody(crm: Program, world: World) -> None:
    """S23, S47, S48"""
    free = crm.post("availability/", question(world)).json()
    assert (free["available"], free["alternatives"], free["days"][0]["window"]["starts_at"]) == (True, [], "2027-04-20T13:30:00Z")
    days(world, 1)
    taken = crm.post("availability/", question(world)).json()
    assert (taken["available"], len(taken["alternatives"])) == (False, 3)
    assert taken["alternatives"][0].keys() == {"starts_at", "ends_at", "why"}
    assert crm.post("availability/", question(world, package="tc-premium")).json()["code"] == "invalid"
    assert crm.post("availability/", question(world, starts_at="2027-02-20T10:00:00-05:00")).json()["code"] == "in_the_past"


def test_many_questions_are_answered_by_the_workers(crm: Program, world: World) -> None:
    asked = [question(world, starts_at=f"2027-04-{day}T10:00:00-04:00") for day in range(10, 32)]
    asked[3]["starts_at"] = "2027-02-10T10:00:00-05:00"
    assert crm.post("availability/bulk/", {"questions": asked}).status_code == 400  # there is no 31 April
    answer = crm.post("availability/bulk/", {"questions": asked[:-1]})
    assert (answer.status_code, answer.json()["status"], answer.json()["answers"]) == (202, "WORKING", [])
    with time_machine.travel(NOW, tick=True):
        answer_bulk_checks()
    done = crm.get(answer["Location"]).json()
    assert (done["status"], len(done["answers"])) == ("DONE", 21)
    assert done["answers"][3]["error"]["code"] == "in_the_past"
    assert all(each["available"] for each in done["answers"][4:])
    assert Program(make.organisation()).get(answer["Location"]).status_code == 404
    assert crm.post("availability/bulk/", {"questions": asked[4:5] * 201}).status_code == 400
    assert BulkCheck.objects.count() == 1


def test_packages_and_sites_are_those_of_the_organisation(crm: Program, world: World) -> None:
    """S15, S20"""
    packages = {each["code"]: each for each in crm.get("packages/").json()["results"]}
    assert packages.keys() == {"mc-premium", "ec-premium", "event-staff"}
    assert packages["mc-premium"] == crm.get("packages/mc-premium/").json()
    assert packages["mc-premium"]["entitlements"][0]["left"] == 5
    assert crm.get("packages/tc-premium/").status_code == 404
    assert [each["host_name"] for each in crm.get("sites/").json()["results"]] == [world.site.host_name]
    stranger = Program(make.organisation())
    assert (stranger.get("packages/").json()["results"], stranger.get("sites/").json()["results"]) == ([], [])


def test_problems_speak_the_language_that_is_asked_for(crm: Program, world: World) -> None:
    english = crm.get("orders/?limit=0", accept_language="en").json()
    french = crm.get("orders/?limit=0", accept_language="fr").json()
    assert (english["code"], french["code"]) == ("invalid", "invalid")
    assert english["detail"] != french["detail"]
    world.organisation.language = "fr"
    world.organisation.save(update_fields=["language"])
    assert crm.get("orders/?limit=0").json()["detail"] == french["detail"]


def test_each_answer_names_its_request_and_the_calls_that_are_left(crm: Program, settings: Any) -> None:
    """Promises row 32"""
    settings.API_CALLS_PER_MINUTE = 3
    answers = [crm.get("sites/") for _call in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert re.fullmatch(r'"key";r=2;t=\d+', answers[0]["RateLimit"])
    assert answers[0]["RateLimit-Policy"] == '"key";q=3;w=60'
    assert (answers[3].json()["code"], int(answers[3]["Retry-After"]) in range(1, 61)) == ("too_many_requests", True)
    assert len({each["X-Request-ID"] for each in answers}) == 5
    assert Program(crm.key.organisation).get("sites/").status_code == 200  # another key counts for itself


def test_guessing_keys_is_slowed_down(world: World, settings: Any) -> None:
    settings.API_BAD_KEYS_PER_MINUTE = 3
    stranger = Program(world.organisation)
    stranger.headers = {"authorization": "Bearer ap_0123456789abcdef_" + "0" * 64}
    answers = [stranger.ask("GET", "sites/", x_forwarded_for=f"203.0.113.{n}").status_code for n in range(5)]
    assert 429 in answers and set(answers) <= {401, 429}
    assert Program(world.organisation).get("sites/").status_code == 200


def test_a_key_opens_what_its_scopes_name(world: World) -> None:
    reports = Program(world.organisation, [KeyScope.REPORTS_READ])
    for path in ("orders/", "orders/PR-3333-3333-R/", "packages/", "sites/"):
        assert reports.get(path).status_code == 403
    reader = Program(world.organisation, [KeyScope.ORDERS_READ])
    for path in ("orders/", "orders/PR-3333-3333-R/move/", "orders/PR-3333-3333-R/cancel/"):
        assert reader.post(path).json()["code"] == "forbidden"
    assert reader.ask("DELETE", "orders/PR-3333-3333-R/").status_code in {403, 405}
    assert reader.get("orders/").status_code == 200


def test_by_policy_a_late_order_is_placed_with_a_warning(crm: Program, world: World) -> None:
    """S9"""
    world.organisation.lead_time_policy = "ADVISE"
    world.organisation.save(update_fields=["lead_time_policy"])
    placed = crm.post("orders/", body(world, starts_at="2027-03-09T10:00:00-05:00")).json()
    assert (placed["status"], placed["warnings"][0]["code"]) == ("CONFIRMED", "inside_lead_time")
    world.organisation.lead_time_policy = "BLOCK"
    world.organisation.save(update_fields=["lead_time_policy"])
    assert crm.post("orders/", body(world, starts_at="2027-03-10T10:00:00-05:00")).json()["code"] == "too_late"
    staff("PRODUCER", 1)
    assert crm.post("orders/", body(world)).json()["warnings"] == []


def test_an_unknown_address_below_the_api_is_a_problem_too(crm: Program) -> None:
    answer = crm.get(API + "coffee/")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, "application/problem+json", "not_found")
