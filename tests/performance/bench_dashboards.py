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
from orders.models import Order
from reports.actions.counting import MOST_AT_ONCE, count_promises
from reports.unmet import answer
from reports.whatif import Person
from tests.orders.conftest import NOW, World, make_world, staff

PROMISES = int(os.environ.get("BENCH_PROMISES", "40"))  # of one engagement
ORDERS = int(os.environ.get("BENCH_ORDERS", "50000"))
READ_AT = NOW + timedelta(days=10)

# Spread over 50 customers and the year before, two thirds of them over; each copy has an engagement and its promises.
_COPY = """
INSERT INTO customers_organisation (name, key, {organisation})
SELECT 'Customer ' || n, 'bench-' || n, {organisation} FROM customers_organisation, generate_series(1, 49) AS n WHERE id = %(org)s;
INSERT INTO engagements_engagement (organisation_id, number, reference, starts_at, ends_at, state, opened_at, closed_at, {engagement})
SELECT (SELECT id FROM customers_organisation ORDER BY id OFFSET n %% 50 LIMIT 1), 'PR-' || lpad(n::text, 8, '0'), 'copy-' || n,
    at, at + interval '1 hour', CASE WHEN at < %(now)s THEN 'CLOSED' ELSE 'STAFFED' END, at - interval '20 days',
    CASE WHEN at < %(now)s THEN at + interval '5 days' END, {engagement}
FROM engagements_engagement, generate_series(1, %(orders)s) AS n,
LATERAL (SELECT %(now)s::timestamptz - interval '345 days' + n * interval '370 days' / %(orders)s AS at) AS t
WHERE id = %(engagement)s;
INSERT INTO orders_order (organisation_id, site_id, entitlement_id, number, key, external_reference, state, starts_at, ends_at, placed_at,
    confirmed_at, engagement_id, {order})
SELECT e.organisation_id, NULL, NULL, e.number, e.reference, '', 'CONFIRMED', e.starts_at, e.ends_at,
    e.opened_at, e.opened_at, e.id, {order}
FROM orders_order o, engagements_engagement e WHERE o.id = %(order)s AND e.reference LIKE 'copy-%%';
INSERT INTO engagements_task (organisation_id, engagement_id, key, template_id, side, phase, due_at, state, done_at, {task})
SELECT e.organisation_id, e.id, 'copy-' || e.id || '-' || k, t.id, CASE WHEN k %% 3 = 0 THEN 'CUSTOMER' ELSE 'PROVIDER' END, 'PLANNING',
    e.starts_at + k * interval '1 hour', CASE WHEN e.starts_at < %(now)s AND k %% 20 > 0 THEN 'DONE' ELSE 'OPEN' END,
    CASE WHEN e.starts_at < %(now)s AND k %% 20 > 0 THEN e.starts_at + (k %% 9) * interval '50 minutes' END, {task}
FROM engagements_engagement e, (SELECT id, row_number() OVER (ORDER BY id) AS k FROM catalog_tasktemplate LIMIT %(promises)s) AS t,
    (SELECT * FROM engagements_task ORDER BY id LIMIT 1) AS sample
WHERE e.reference LIKE 'copy-%%';
INSERT INTO scheduling_refusedcheck
    (reference, role, language, zone, opens_at, closes_at, windows, asked_at, last_asked_at, times)
SELECT 'refused-' || n, 'PRODUCER', (ARRAY['en', 'fr', 'de'])[1 + n %% 3], 'Europe/Paris', at, at + interval '90 minutes',
    jsonb_build_array(jsonb_build_array(to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
        to_char(at + interval '90 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))), at - interval '10 days', at, 1
FROM generate_series(1, 50000) AS n,
LATERAL (SELECT (date_trunc('hour', %(now)s::timestamptz) - interval '340 days' + n * interval '10 minutes') AT TIME ZONE 'UTC' AS at) AS t;
"""
_GIVEN = {
    "engagement": {"id", "organisation_id", "number", "reference", "starts_at", "ends_at", "state", "opened_at", "closed_at"},
    "order": {
        "id", "organisation_id", "site_id", "entitlement_id", "number", "key", "external_reference", "state", "starts_at", "ends_at",
        "placed_at", "confirmed_at", "engagement_id",
    },
    "task": {
        "id", "organisation_id", "engagement_id", "key", "template_id", "side", "phase", "due_at", "state", "done_at", "done_by_id",
        "next_alert_at", "day_id", "session_id",
    },
    "organisation": {"id", "name", "key"},
}  # fmt: skip
_TABLES = {
    "engagement": "engagements_engagement", "order": "orders_order", "task": "engagements_task", "organisation": "customers_organisation",
}  # fmt: skip
_ALIASES = {"order": "o.", "task": "sample."}


def run() -> Iterator[dict[str, Any]]:
    """Seed once, then measure."""
    started = time.perf_counter()
    with connection.cursor() as cursor:  # the copies have no site and no entitlement of their own
        cursor.execute("ALTER TABLE orders_order DROP CONSTRAINT order_is_whole_exactly_when_placed")
    with scope(EVERYTHING):
        world = make_world()
        staff("PRODUCER", 8)
        first = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
        _seed(first)
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


def _seed(first: Order) -> None:
    assert first.engagement
    with connection.cursor() as cursor:
        columns = {}
        for name, table in _TABLES.items():
            found = connection.introspection.get_table_description(cursor, table)
            columns[name] = ", ".join(f"{_ALIASES.get(name, '')}{each.name}" for each in found if each.name not in _GIVEN[name])
        targets = {name: columns[name].replace(alias, "") for name, alias in _ALIASES.items()}
        values = {
            "org": first.organisation_id,
            "engagement": first.engagement.pk,
            "order": first.pk,
            "orders": ORDERS,
            "promises": PROMISES,
            "now": NOW,
        }
        sql = _COPY.replace("done_at, {task})", f"done_at, {targets['task']})").replace(
            "engagement_id, {order})", f"engagement_id, {targets['order']})"
        )
        sql = sql.format(**columns)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES.values():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # the audit trail of a copy would take hours
        cursor.execute(sql, values)


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
