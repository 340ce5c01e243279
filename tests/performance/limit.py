"""Our own limit: how many orders a second PostgreSQL can write when one call from pgbench writes exactly the rows of one of ours.

In a database of its own on the same server, a copy of the portal's, so that neither fills the other's tables. One order is placed
there as the portal does; its rows are what is then written again and again, under new keys and numbers, for another of the
organisations each time. The audit trail is written by the same triggers.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, models
from django.test import Client

from assist_portal.running.backups import back_up, restore
from assist_portal.servers.postgres import binaries
from customers.keys import public_key
from customers.tenancy import EVERYTHING, scope
from tests.cluster import with_name
from tests.performance.production import Production
from tests.portal import connected_to
from tests.reliability.visitors import Program, line_to

NAME = "placing_limit"
SCRIPT = "\\set tenant random(1, {tenants})\nSELECT place_a_copy(:tenant);\n"
NAMED = {"reference", "about"}  # what belongs to an order bears its key or number, beside what must be unique
SPECIAL = {
    "scheduling_booking.staff_id": "person",
    "scheduling_booking.start_at": "t.start_at + later",
    "scheduling_booking.end_at": "t.end_at + later",
}
_WRITTEN = "SELECT relname, n_tup_ins FROM pg_stat_xact_user_tables WHERE n_tup_ins > 0"
_TENANTS = """
CREATE SEQUENCE copies;
CREATE TABLE copied_for AS
SELECT row_number() OVER (ORDER BY organisation.id) AS tenant, organisation.id AS organisation_id, site.id AS site_id,
    entitlement.id AS entitlement_id
FROM customers_organisation organisation JOIN customers_site site ON site.organisation_id = organisation.id
JOIN catalog_entitlement entitlement ON entitlement.organisation_id = organisation.id;
ALTER TABLE copied_for ADD PRIMARY KEY (tenant);
"""
_FUNCTION = """
CREATE FUNCTION place_a_copy(asked int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    number bigint := nextval('copies');
    base bigint := 1000000000 + number * 100;
    mark text := left(md5(number::text), 12);
    person bigint := 1 + number % {staff};
    later interval := interval '2 years' + number / {staff} * interval '2 hours';
    own copied_for;
BEGIN
    SELECT * INTO own FROM copied_for c WHERE c.tenant = asked;
    PERFORM set_config('portal.scope', own.organisation_id::text, true),
        set_config('pghistory.context_id', gen_random_uuid()::text, true),
        set_config('pghistory.context_metadata', '{{"user": null, "url": "/api/v1/orders/"}}', true);
    UPDATE catalog_entitlement SET used = used + 1 WHERE id = own.entitlement_id;
    UPDATE scheduling_staffmember SET load = load + 1 WHERE id = person;
    {copies}
END $$
"""


@dataclass
class Limit:
    """`rows`: what one order writes, by table."""

    production: Production
    staff: int
    rows: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return with_name(self.production.database_url, NAME)

    def database(self) -> AbstractContextManager[None]:
        """Django's connection on it."""
        return connected_to(HOST=str(self.production.sockets), NAME=NAME)

    def per_second(self, clients: int, seconds: float) -> float:
        """Write as fast as so many clients can."""
        script = self.production.portal.var / "place.sql"
        script.write_text(SCRIPT.format(tenants=len(self.production.tenants)))
        options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={seconds:.0f}"]
        command = [binaries() / "pgbench", *options, f"--file={script}", self.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
        assert found and re.search(r"failed transactions: 0 ", said), said
        return float(found[1])

    def prepare(self) -> None:
        """Place an order, make its rows the template, and see that a copy writes as many."""
        with connection.cursor() as cursor, scope(EVERYTHING):
            self._place()
            last = {model: _find(model, models.Max) for model in _numbered()}
            self.rows = self._written(self._place)
            copied = [model for model in last if self.rows[model._meta.db_table] and not _is_audit(model)]
            made = {model: _find(model, models.Min, pk__gt=last[model]) for model in copied}
            cursor.execute(_TENANTS)
            for model, first in made.items():
                table, key = model._meta.db_table, model._meta.pk.column
                cursor.execute(f"CREATE TABLE template_{table} AS SELECT * FROM {table} WHERE {key} >= {first}")
            copies = "\n    ".join(_copying(model, made) for model in made)
            cursor.execute(_FUNCTION.format(staff=self.staff, copies=copies))
            again = self._written(lambda: cursor.execute("SELECT place_a_copy(1)"))
        assert again == self.rows, (again, self.rows)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _place(self) -> None:
        """As a program does, but inside this process and this transaction."""
        tenant = self.production.tenants[0]
        program = Program(line_to(""), tenant.token, tenant.site)
        body, headers = program.body(self.production.next_time()), program.headers(public_key())
        answer = Client().post("/api/v1/orders/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content

    def _written(self, act: Callable[[], object]) -> Counter[str]:
        """Count the rows that this adds to each table."""
        before = _inserted()
        act()
        return _inserted() - before


@contextmanager
def limit_beside(production: Production, *, staff: int) -> Iterator[Limit]:
    """Copy the portal's database as it is now, and take the copy away afterwards."""
    limit, copy = Limit(production, staff), production.portal.var / "limit.dump"
    with production.portal.database(), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
    back_up(production.database_url, copy)
    restore(limit.url, copy)
    copy.unlink()
    with limit.database():
        limit.prepare()
    yield limit
    with production.portal.database(), connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {NAME}")


def _inserted() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return Counter(dict(cursor.fetchall()))


def _numbered() -> list[type[models.Model]]:
    """Find the tables whose rows PostgreSQL numbers."""
    return [model for model in apps.get_models() if not model._meta.proxy and isinstance(model._meta.pk, models.AutoField)]


def _is_audit(model: type[models.Model]) -> bool:
    """Tell whether triggers write its rows."""
    return model._meta.pk.name == "pgh_id"


def _find(model: type[models.Model], end: type[models.Aggregate], **which: int) -> int:
    """Find the lowest or highest key."""
    return model._default_manager.filter(**which).aggregate(found=end("pk"))["found"] or 0


def _copying(model: type[models.Model], made: dict[type[models.Model], int]) -> str:
    """Write the statement that copies the template's rows of a table."""
    fields = {f'"{each.column}"': _value(each, model, made) for each in model._meta.concrete_fields}
    table = model._meta.db_table
    return f"INSERT INTO {table} ({', '.join(fields)}) SELECT {', '.join(fields.values())} FROM template_{table} AS t;"


def _value(field: models.Field, model: type[models.Model], made: dict[type[models.Model], int]) -> str:
    """Choose what stands in a column of the copy: its own keys, its organisation's rows, else what the template has."""
    column = f't."{field.column}"'
    pointed_at = model if field.primary_key else field.related_model
    if special := SPECIAL.get(f"{model._meta.db_table}.{field.column}"):
        return special
    if pointed_at in made:
        return f"base + {column} - {made[pointed_at]}"
    if field.column in {"organisation_id", "site_id", "entitlement_id"}:
        return f"own.{field.column}"
    if field.name in _unique(model) | NAMED and isinstance(field, models.CharField | models.TextField) and not field.choices:
        marked = f"mark || {column}"
        return f"CASE WHEN {column} = '' THEN '' ELSE {f'left({marked}, {field.max_length})' if field.max_length else marked} END"
    return column


def _unique(model: type[models.Model]) -> set[str]:
    together = [each.fields for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)]
    return {name for names in together for name in names} | {each.name for each in model._meta.concrete_fields if each.unique}
