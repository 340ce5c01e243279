"""Every dashboard at 12 months and 50,000 orders, and the what-if over 50,000 refused checks; inside the process, one reader.

Sizes: BENCH_ORDERS. Promises are 40 to an engagement (BENCH_PROMISES), as
in the French package. Source: issue of reports, "what must show"; idea 12
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import time_machine
from django.db import connection
from django.test import Client

from customers.tenancy import EVERYTHING, scope
from orders.actions.placing import place_order
from reports.actions.counting import MOST_AT_ONCE, count_promises
from reports.unmet import answer
from reports.whatif import Person
from tests.orders.conftest import NOW, World, make_world, staff
from tests.performance.copies import copy_orders

PROMISES = int(os.environ.get("BENCH_PROMISES", "40"))  # of one engagement
ORDERS = int(os.environ.get("BENCH_ORDERS", "50000"))
READ_AT = NOW + timedelta(days=10)

_REFUSED = """
INSERT INTO scheduling_refusedcheck
    (reference, role, language, zone, opens_at, closes_at, windows, asked_at, last_asked_at, times)
SELECT 'refused-' || n, 'PRODUCER', (ARRAY['en', 'fr', 'de'])[1 + n %% 3], 'Europe/Paris', at, at + interval '90 minutes',
    jsonb_build_array(jsonb_build_array(to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
        to_char(at + interval '90 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))), at - interval '10 days', at, 1
FROM generate_series(1, 50000) AS n,
LATERAL (SELECT (date_trunc('hour', %(now)s::timestamptz) - interval '340 days' + n * interval '10 minutes') AT TIME ZONE 'UTC' AS at) AS t
"""


def run() -> Iterator[dict[str, Any]]:
    """Seed once, then measure."""
    started = time.perf_counter()
    with connection.cursor() as cursor:  # the copies have no site and no entitlement of their own
        cursor.execute("ALTER TABLE orders_order DROP CONSTRAINT order_is_whole_exactly_when_placed")
    with scope(EVERYTHING):
        world = make_world()
        staff("PRODUCER", 8)
        first = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
        copy_orders(first, orders=ORDERS, promises=PROMISES)
        with connection.cursor() as cursor:
            cursor.execute(_REFUSED, {"now": NOW})
    yield {"id": "seed", "orders": ORDERS, "promises_each": PROMISES, "seconds": round(time.perf_counter() - started)}
    yield _counted()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with time_machine.travel(READ_AT, tick=False):
        yield from (_page(world, name, address) for name, address in PAGES)
    with scope(EVERYTHING):
        before = time.perf_counter()
        taken, refused = answer(Person("PRODUCER", frozenset({"en", "fr"}), "Europe/Paris", 540, 1020), now=READ_AT)
        seconds = round(time.perf_counter() - before, 2)
    yield {"id": "what if", "refused": refused, "taken": taken, "seconds": seconds, "target": 5, "holds": seconds <= 5}


PAGES = [("customer", "/reports/"), ("desk", "/reports/"), ("desk", "/reports/business/"), ("analyst", "/reports/")]


def _counted() -> dict[str, Any]:
    before, runs = time.perf_counter(), 0
    with scope(EVERYTHING):
        for _run in range(-(-ORDERS // MOST_AT_ONCE) + 1):
            runs += count_promises(now=READ_AT)
    return {"id": "count promises", "engagements": runs, "seconds": round(time.perf_counter() - before, 1)}


def _page(world: World, name: str, address: str) -> dict[str, Any]:
    client = Client()
    client.force_login({"customer": world.orderer, "desk": world.coordinator.user, "analyst": world.analysts[0].user}[name])
    took = []
    for _time in range(45):
        before = time.perf_counter()
        assert client.get(address).status_code == 200
        took.append((time.perf_counter() - before) * 1000)
    took = sorted(took[5:])
    p95 = round(took[int(len(took) * 0.95)])
    return {"id": f"{name} {address}", "p50": round(took[len(took) // 2]), "p95": p95, "target": 300, "holds": p95 <= 300}
