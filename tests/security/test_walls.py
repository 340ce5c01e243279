"""Even a query that forgets whose rows it wants gets nobody else's: raw SQL against every tenant table that holds rows.

Source: promises rows 23, 25 and 26
"""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from assist_portal.celery import app
from customers.checks import tenant_tables
from customers.tenancy import EVERYTHING, scope
from tests.guard import NoScope
from tests.security.tenants import Tenant, TwoTenants

POINTERS = """
SELECT key.conname, source.relname, attribute.attname, target.relname
FROM pg_constraint key
JOIN pg_class source ON source.oid = key.conrelid
JOIN pg_class target ON target.oid = key.confrelid
JOIN pg_attribute attribute ON attribute.attrelid = key.conrelid AND attribute.attnum = ANY (key.conkey)
WHERE key.contype = 'f' AND array_length(key.conkey, 1) = 2 AND attribute.attname <> 'organisation_id'
ORDER BY source.relname, attribute.attname
"""


TOUCH_NO_TENANT = {
    "scheduling.tasks.expire_holds": "bookings belong to nobody",
    "scheduling.tasks.load_holidays": "calendars belong to nobody",
    "customers.tasks.forget_expired": "sessions and counters belong to nobody",
}


def rows(sql: str, *values: object) -> list[tuple]:
    """Past the tests' own guard, which looks for quoted names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def set_scope(text: str) -> None:
    rows("SELECT set_config('portal.scope', %s, true)", text)


@pytest.mark.promise(23, "raw SQL on every tenant table: unset, nobody's, ours, theirs")
def test_every_tenant_table_holds_rows_of_both(world: TwoTenants) -> None:
    """Without rows PostgreSQL judges nothing and the tests below would prove nothing."""
    set_scope(EVERYTHING)
    ids = {world.ours.organisation.pk, world.theirs.organisation.pk}
    lacking = {table: ids - {row[0] for row in rows(f"SELECT DISTINCT {column} FROM {table}")} for table, column in tenant_tables().items()}
    assert {table: missing for table, missing in lacking.items() if missing} == {}
    assert len(lacking) >= 25


@pytest.mark.promise(23, "raw SQL on every tenant table: unset, nobody's, ours, theirs")
@pytest.mark.parametrize("text", [None, ""], ids=["unset", "empty"])
def test_without_a_scope_every_table_raises(world: TwoTenants, text: str | None) -> None:
    set_scope("")
    if text is None:
        rows("RESET portal.scope")
    for table in tenant_tables():
        for statement in (f"SELECT * FROM {table}", f"SELECT count(*) FROM {table}", f"DELETE FROM {table} WHERE ctid IS NOT NULL"):
            with pytest.raises(ProgrammingError, match="no tenancy scope is set"), transaction.atomic():
                rows(statement)


@pytest.mark.promise(23, "raw SQL on every tenant table: unset, nobody's, ours, theirs")
def test_nobody_sees_nothing_and_each_their_own(world: TwoTenants) -> None:
    ours, theirs = world.ours.organisation.pk, world.theirs.organisation.pk
    for table, column in tenant_tables().items():
        seen = {}
        for text in ("0", str(ours), str(theirs), f"{ours},{theirs}"):
            set_scope(text)
            seen[text] = {row[0] for row in rows(f"SELECT {column} FROM {table}")}
        assert seen == {"0": set(), str(ours): {ours}, str(theirs): {theirs}, f"{ours},{theirs}": {ours, theirs}}, table


def a_row(table: str, tenant: Tenant) -> int:
    return rows(f"SELECT id FROM {table} WHERE organisation_id = %s ORDER BY id DESC LIMIT 1", tenant.organisation.pk)[0][0]


def point(key: str, source: str, column: str, child: int, target: int) -> None:
    """Only the composite key is judged; whoever points there already makes room, for one-to-one pointers."""
    rows("SET CONSTRAINTS ALL IMMEDIATE")
    rows("SET CONSTRAINTS ALL DEFERRED")
    rows(f"ALTER TABLE {source} DISABLE TRIGGER USER")  # rules that forbid the change for other reasons
    rows(f"DELETE FROM {source} WHERE {column} = %s", target)
    rows(f"UPDATE {source} SET {column} = %s WHERE id = %s", target, child)
    rows(f"SET CONSTRAINTS {key} IMMEDIATE")


@pytest.mark.promise(26, "pointers to another customer's rows, and to none")
def test_no_row_names_another_tenants_row(world: TwoTenants) -> None:
    """For each pointer between tenant tables; the keys take a row of the same organisation, as every row of this world shows."""
    set_scope(EVERYTHING)
    found = rows(POINTERS)
    for key, source, column, target in found:
        child, theirs = a_row(source, world.ours), a_row(target, world.theirs)
        with pytest.raises(IntegrityError, match=f"{key}|credit_note_names_its_invoice"), transaction.atomic():  # that rule is judged first
            point(key, source, column, child, theirs)
    assert len(found) >= 12


@pytest.mark.promise(26, "pointers to another customer's rows, and to none")
def test_probing_with_another_tenants_key_answers_like_a_missing_one(world: TwoTenants) -> None:
    """Under one's own scope another's row and nobody's are refused alike, or the constraint would tell what exists."""
    with scope(world.theirs.organisation):
        theirs = a_row("customers_site", world.theirs)
    child = world.ours.orders["draft"].pk
    said = []
    for site in (theirs, 2**40):
        with scope(world.ours.organisation), pytest.raises(IntegrityError) as refused, transaction.atomic():
            point("orders_order_site_same_organisation", "orders_order", "site_id", child, site)
        said.append(str(refused.value).replace(str(site), "~"))
    assert said[0] == said[1]


@pytest.mark.promise(25, "every task run without its scope is refused by the database")
def test_the_body_of_a_task_without_its_scope_is_refused(world: TwoTenants, record_property: Callable[[str, object], None]) -> None:
    app.loader.import_default_modules()
    bodies = {name: task.run.__wrapped__ for name, task in app.tasks.items() if hasattr(task.run, "__wrapped__")}
    set_scope("")
    passed = {name for name, body in bodies.items() if not is_refused(body)}
    record_property("n", len(bodies))
    assert passed == set(TOUCH_NO_TENANT)
    assert len(bodies) > 2 * len(passed)


def is_refused(body: Callable[[], object]) -> bool:
    """For its missing scope; whatever it did is undone."""
    with transaction.atomic():
        try:
            body()
        except (ProgrammingError, NoScope) as refused:
            return isinstance(refused, NoScope) or "no tenancy scope is set" in str(refused)
        finally:
            transaction.set_rollback(True)
    return False
