"""Row 8 of the promises: a program that asks again with its Idempotency-Key orders once and gets the same bytes."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from catalog.models import Entitlement
from customers.models import IdempotentAnswer
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from tests.portal import until
from tests.reliability.crowd import at_once
from tests.reliability.database import ask, everyone_gets_the_lock, slow, without
from tests.reliability.figures import row, size
from tests.reliability.stage import Stage, Tenant

RETRIES = size(30, 100)
ONCE = "one_kept_answer_per_key_and_path"
# Not from pg_stat_activity, which shows a transaction the same picture all along.
WAITS_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def orders_of(tenant: Tenant) -> int:
    with scope(EVERYTHING):
        return Order.objects.filter(organisation=tenant.organisation).count()


def test_a_retried_order_is_placed_once(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(2)
    mine, theirs = stage.tenants
    programs = [stage.program(mine) for _number in range(RETRIES)]
    with row(8, "one key in parallel and one after the other", n=2 * RETRIES) as counts:
        together = at_once([partial(program.order, stage.at, key="retry") for program in programs])
        placed = [each for each in together if each.status_code == 201]
        early = [each for each in together if each.status_code == 409]
        assert len(placed) + len(early) == RETRIES and placed
        assert {each.json()["code"] for each in early} <= {"idempotency_in_flight"}
        later = [programs[0].order(stage.at, key="retry") for _number in range(RETRIES)]
        assert Counter(each.status_code for each in later) == {201: RETRIES}
        assert len({each.content for each in [*placed, *later]}) == 1
        assert orders_of(mine) == 1
        counts |= {"wins": 1, "replays": len(placed) + RETRIES - 1, "in_flight": len(early)}

    other_body = programs[0].order(stage.at + timedelta(days=1), key="retry")
    assert (other_body.status_code, other_body.json()["code"]) == (422, "idempotency_key_reused")
    other_tenant = stage.program(theirs).order(stage.at + timedelta(days=1), key="retry")
    assert (other_tenant.status_code, orders_of(theirs), orders_of(mine)) == (201, 1, 1)
    assert other_tenant.json()["number"] != placed[0].json()["number"]


def test_while_the_first_is_being_answered_the_second_hears_so(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1)
    (tenant,) = stage.tenants
    first, second = stage.program(tenant), stage.program(tenant)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), scope(EVERYTHING):
            Entitlement.objects.select_for_update().get(organisation=tenant.organisation)
            slow = pool.submit(first.order, stage.at, key="slow")
            until(lambda: ask(WAITS_FOR_US))
            early = second.order(stage.at, key="slow")
        answer = slow.result()
    assert (early.status_code, early.json()["code"]) == (409, "idempotency_in_flight")
    assert (answer.status_code, orders_of(tenant)) == (201, 1)
    assert second.order(stage.at, key="slow").content == answer.content


def test_control_without_lock_and_constraint_a_key_orders_twice(set_stage: Callable[..., Stage]) -> None:
    """The tests above can see the fault."""
    stage = set_stage(1, people=8)
    (tenant,) = stage.tenants
    programs = [stage.program(tenant) for _number in range(8)]
    with row(8, "the same with lock and constraint off", n=8) as counts, without(IdempotentAnswer, ONCE):
        with everyone_gets_the_lock(), slow("BEFORE INSERT"):
            at_once([partial(program.order, stage.at, key="retry") for program in programs])
        with scope(EVERYTHING):
            IdempotentAnswer.objects.filter(organisation=tenant.organisation).delete()
        counts["wins"] = orders_of(tenant)
        assert counts["wins"] >= 2


def test_what_is_kept_and_for_how_long(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1)
    program = stage.programs(1)[0]
    stage.occupy(stage.producers, stage.at)

    refused = program.order(stage.at, key="refusal")
    stage.bookings_during(stage.at)[0].delete()
    assert program.order(stage.at, key="refusal").content == refused.content  # a refusal of the business is an answer too
    malformed = program.order("nonsense", key="typo")
    assert (refused.status_code, malformed.status_code) == (409, 400)
    assert program.order(stage.at, key="typo").status_code == 201  # a typing error is not

    age_of_answers(stage, timedelta(hours=23, minutes=59))
    assert program.order(stage.at, key="refusal").content == refused.content
    age_of_answers(stage, timedelta(minutes=2))
    answer: Any = program.order(stage.at + timedelta(days=1), key="refusal")
    assert answer.status_code == 201  # a day later the key is free again, for any body


def age_of_answers(stage: Stage, by: timedelta) -> None:
    with scope(EVERYTHING):
        for kept in IdempotentAnswer.objects.filter(organisation=stage.tenants[0].organisation):
            kept.created_at -= by
            kept.save(update_fields=["created_at"])
