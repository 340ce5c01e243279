"""Many orders with their engagements and promises, copied from one by PostgreSQL itself."""

from django.db import connection

from orders.models import Order
from tests.orders.conftest import NOW

# Spread over 50 customers and the year before, two thirds of them over; each copy has an engagement and its promises.
_COPY = """
INSERT INTO customers_organisation (name, key, {organisation})
SELECT 'Customer ' || n, 'bench-' || n, {organisation} FROM customers_organisation, generate_series(1, 49) AS n WHERE id = %(org)s
ON CONFLICT DO NOTHING;
INSERT INTO engagements_engagement (organisation_id, number, reference, starts_at, ends_at, state, opened_at, closed_at, {engagement})
SELECT (SELECT id FROM customers_organisation ORDER BY id OFFSET n %% 50 LIMIT 1), 'PR-' || lpad(n::text, 8, '0'), %(name)s || n,
    at, at + interval '1 hour', CASE WHEN at < %(now)s THEN 'CLOSED' ELSE 'STAFFED' END, at - interval '20 days',
    CASE WHEN at < %(now)s THEN at + interval '5 days' END, {engagement}
FROM engagements_engagement, generate_series(%(start)s, %(start)s + %(orders)s - 1) AS n,
LATERAL (SELECT %(now)s::timestamptz - interval '345 days' + (n - %(start)s) * interval '370 days' / %(orders)s AS at) AS t
WHERE id = %(engagement)s;
INSERT INTO orders_order (organisation_id, site_id, entitlement_id, number, key, external_reference, state, starts_at, ends_at, placed_at,
    confirmed_at, engagement_id, {order})
SELECT e.organisation_id, NULL, NULL, e.number, e.reference, '', 'CONFIRMED', e.starts_at, e.ends_at,
    e.opened_at, e.opened_at, e.id, {order}
FROM orders_order o, engagements_engagement e WHERE o.id = %(order)s AND e.reference LIKE %(name)s || '%%';
INSERT INTO engagements_task (organisation_id, engagement_id, key, template_id, side, phase, due_at, state, done_at, {task})
SELECT e.organisation_id, e.id, %(name)s || e.id || '-' || k, t.id, CASE WHEN k %% 3 = 0 THEN 'CUSTOMER' ELSE 'PROVIDER' END, 'PLANNING',
    e.starts_at + k * interval '1 hour', CASE WHEN e.starts_at < %(now)s AND k %% 20 > 0 THEN 'DONE' ELSE 'OPEN' END,
    CASE WHEN e.starts_at < %(now)s AND k %% 20 > 0 THEN e.starts_at + (k %% 9) * interval '50 minutes' END, {task}
FROM engagements_engagement e, (SELECT id, row_number() OVER (ORDER BY id) AS k FROM catalog_tasktemplate LIMIT %(promises)s) AS t,
    (SELECT * FROM engagements_task ORDER BY id LIMIT 1) AS sample
WHERE e.reference LIKE %(name)s || '%%';
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


def copy_orders(first: Order, *, orders: int, promises: int, start: int = 1) -> None:
    """As many more as are asked for, numbered from the start, past the history."""
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
            "orders": orders,
            "start": start,
            "name": f"copy-{start}-",
            "promises": promises,
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
