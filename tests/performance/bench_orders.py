"""What people and programs look at, at a thousand orders and at a million, of 50 customers; inside the process, one reader.

Sizes: BENCH_MANY. Source: P4 and P5 of the workloads
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median
from typing import Any

import time_machine
from django.db import connection
from django.test import Client

from customers.tenancy import EVERYTHING, scope
from orders.actions.placing import place_order
from orders.models import Order
from tests import make
from tests.orders.conftest import NOW, World, make_world, staff
from tests.performance.copies import copy_orders

FEW, MANY = 1_000, int(os.environ.get("BENCH_MANY", "1000000"))
READ_AT = NOW + timedelta(days=10)
AGAIN = 45
# The limit: the fifty newest of one customer as rows, with the columns that the list shows.
LIST = """
SELECT number, external_reference, state, title, starts_at, ends_at, zone, package_id, site_id, placed_at, confirmed_at, cancelled_at
FROM orders_order WHERE organisation_id = %s AND placed_at IS NOT NULL ORDER BY placed_at DESC, id DESC LIMIT 50
"""
TARGETS = {"order page": 60, "my resources": 60, "my day": 60, "admin list": 300}  # milliseconds, p95


def run() -> Iterator[dict[str, Any]]:
    """The same at both sizes, in one run."""
    with connection.cursor() as cursor:  # the copies have no site and no entitlement of their own
        cursor.execute("ALTER TABLE orders_order DROP CONSTRAINT order_is_whole_exactly_when_placed")
    with scope(EVERYTHING):
        world = make_world()
        staff("PRODUCER", 8)
        first = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
    small = 0.0
    for orders in (FEW, MANY):
        with scope(EVERYTHING):
            before = time.perf_counter()
            copy_orders(first, orders=orders, promises=1, start=1 + orders)
        yield {"id": f"seed, {orders:,}", "orders": orders, "seconds": round(time.perf_counter() - before)}
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        with time_machine.travel(READ_AT, tick=False):
            line = _list(world, orders)
            if orders == MANY:
                line |= {"growth": round(line["p95"] / small, 2), "holds": line["ratio"] >= 0.3 and line["p95"] <= 2 * small}
            small = small or line["p95"]
            yield line
            yield from (_page(world, first, name, orders) for name in TARGETS)


def _list(world: World, orders: int) -> dict[str, Any]:
    """Fifty orders through the API beside the same rows in SQL, in turns."""
    _key, token = make.api_key(world.organisation)
    client = Client(headers={"authorization": f"Bearer {token}"})
    ours, limit = _take(lambda: client.get("/api/v1/orders/?limit=50"), lambda: _rows(world))
    return {
        "id": f"P4 list of 50 through the API, {orders:,} orders", **_figures(ours),
        "sql_ms": round(1000 * median(limit), 2), "ratio": round(median(limit) / median(ours), 2), "target": "0.3 of SQL",
    }  # fmt: skip


def _rows(world: World) -> None:
    with scope(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(LIST, [world.organisation.pk])
        cursor.fetchall()


def _page(world: World, order: Order, name: str, orders: int) -> dict[str, Any]:
    reader, address = {
        "order page": (world.orderer, f"/orders/{order.number}/"),
        "my resources": (world.orderer, "/resources/"),
        "my day": (world.analysts[0].user, "/my-day/"),
        "admin list": (world.coordinator.user, "/admin/orders/order/"),
    }[name]
    client = Client()
    client.force_login(reader)
    (took,) = _take(lambda: client.get(address))
    line = _figures(took)
    return {"id": f"P5 {name}, {orders:,} orders", **line, "target": TARGETS[name], "holds": line["p95"] <= TARGETS[name]}


def _take(*asks: Callable[[], Any]) -> list[list[float]]:
    """Let them take turns; seconds of each turn, without the first five."""
    took: list[list[float]] = [[] for _ask in asks]
    for _time in range(AGAIN):
        for ask, mine in zip(asks, took, strict=True):
            before = time.perf_counter()
            answer = ask()
            mine.append(time.perf_counter() - before)
            assert answer is None or answer.status_code == 200, answer.content[:500]
    return [sorted(mine[5:]) for mine in took]


def _figures(took: list[float]) -> dict[str, float]:
    return {"p50": round(1000 * median(took), 1), "p95": round(1000 * took[int(len(took) * 0.95)], 1)}
