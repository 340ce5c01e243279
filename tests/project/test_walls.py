"""Pointers between tenants' tables, read from PostgreSQL's own catalog: a new table is covered without a word here."""

import pytest
from django.db import IntegrityError, connection, transaction

from customers.checks import tenant_tables

POINTERS = """
SELECT source.relname, target.relname, array_agg(attribute.attname::text ORDER BY attribute.attname)
FROM pg_constraint key
JOIN pg_class source ON source.oid = key.conrelid
JOIN pg_class target ON target.oid = key.confrelid
JOIN pg_attribute attribute ON attribute.attrelid = key.conrelid AND attribute.attnum = ANY (key.conkey)
WHERE key.contype = 'f' AND source.relname = ANY (%s) AND target.relname = ANY (%s) AND target.relname <> 'customers_organisation'
GROUP BY key.oid, source.relname, target.relname
"""


def pointers() -> set[tuple[str, str, tuple[str, ...]]]:
    tables = sorted(tenant_tables())
    with connection.cursor() as cursor:
        cursor.execute(POINTERS, [tables, tables])
        return {(source, target, tuple(columns)) for source, target, columns in cursor.fetchall()}


def test_every_pointer_between_tenants_tables_stays_within_its_organisation(db):
    """Foreign keys are not subject to row-level security: a plain one accepts another tenant's row."""
    found = pointers()
    plain = {each for each in found if len(each[2]) == 1}
    held = {(source, target, columns) for source, target, columns in found if len(columns) == 2}
    loose = {
        (source, target, *columns)
        for source, target, columns in plain
        if (source, target, tuple(sorted((*columns, "organisation_id")))) not in held
    }
    assert not loose
    assert len(plain) >= 5


def test_the_composite_key_is_what_refuses(everything):
    """With its control: the plain key of Django alone lets the row in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE thing (id bigint PRIMARY KEY, organisation_id bigint, UNIQUE (organisation_id, id));"
            "CREATE TABLE plain (organisation_id bigint, thing_id bigint REFERENCES thing (id));"
            "CREATE TABLE held (organisation_id bigint, thing_id bigint REFERENCES thing (id),"
            " FOREIGN KEY (organisation_id, thing_id) REFERENCES thing (organisation_id, id));"
            "INSERT INTO thing VALUES (7, 1)"
        )
        cursor.execute("INSERT INTO plain VALUES (2, 7)")
        with pytest.raises(IntegrityError, match="held_organisation_id_thing_id_fkey"), transaction.atomic():
            cursor.execute("INSERT INTO held VALUES (2, 7)")
