"""What PostgreSQL itself says happened, and how a guard is taken away for a control."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from scheduling.models import Booking

OVERLAPS = """
SELECT count(*) FROM scheduling_booking a JOIN scheduling_booking b
ON a.staff_id = b.staff_id AND a.id < b.id AND a.start_at < b.end_at AND b.start_at < a.end_at
WHERE NOT (a.state = 'RELEASED') AND NOT (b.state = 'RELEASED') AND a.instead_of <> b.reference AND b.instead_of <> a.reference
"""
NO_STAFF_TWICE = "booking_no_staff_twice_at_once"


def ask(sql: str, *values: Any) -> Any:
    """One value."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def run(*statements: str) -> None:
    """In order, each on its own."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def overlaps() -> int:
    """How often somebody is held or booked twice at the same time, by a self-join; a move's hold over what it replaces is once."""
    return ask(OVERLAPS)


def deadlocks() -> int:
    """How many PostgreSQL has broken up in this database; each backend reports them when it is next idle."""
    return ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


# The portal's own: autovacuum may look at a database at any moment, and only a superuser may send it away
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"


def hang_up_on_others() -> None:
    """Make every other connection to this database be opened anew, because a changed setting counts from then on."""
    run(f"SELECT pg_terminate_backend(pid) {OTHERS}")


@contextmanager
def without(model: type[Model], name: str) -> Iterator[None]:
    """Without one constraint. Putting it back proves that what is left keeps it; the caller tidies up before."""
    constraint = next(each for each in model._meta.constraints if each.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


@contextmanager
def slow(event: str, *, condition: str = "true", seconds: float = 0.2) -> Iterator[None]:
    """Take a moment over each row of bookings that the event, for instance `BEFORE INSERT`, is about."""
    run(
        f"CREATE FUNCTION take_a_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$",
        f"CREATE TRIGGER slow {event} ON scheduling_booking FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION take_a_moment()",
    )
    try:
        yield
    finally:
        run("DROP TRIGGER slow ON scheduling_booking", "DROP FUNCTION take_a_moment()")


@contextmanager
def instead(*functions: str) -> Iterator[None]:
    """Functions of PostgreSQL replaced for the portal's role, by others of the same names that are found first; its code runs unchanged.

    Each is the text after CREATE FUNCTION.
    """
    role, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    run(
        "CREATE SCHEMA instead",
        *(f"CREATE FUNCTION instead.{each}" for each in functions),
        f'ALTER ROLE "{role}" IN DATABASE "{database}" SET search_path = instead, pg_catalog, public',
    )
    hang_up_on_others()
    try:
        yield
    finally:
        run(f'ALTER ROLE "{role}" IN DATABASE "{database}" RESET search_path', "DROP SCHEMA instead CASCADE")
        hang_up_on_others()


def everyone_gets_the_lock() -> AbstractContextManager[None]:
    """Advisory locks are given to whoever asks."""
    return instead(
        "pg_try_advisory_xact_lock(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "pg_try_advisory_xact_lock(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "pg_advisory_xact_lock(int, int) RETURNS void LANGUAGE sql AS ''",
    )


def scopes_outlive_their_transaction() -> AbstractContextManager[None]:
    """As if the scope were set by a plain SET."""
    return instead(
        "set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.set_config($1, $2, false)'",
    )


@contextmanager
def no_guards() -> Iterator[None]:
    """Neither lock nor constraint, and everyone has looked before anyone has written. The caller's bookings are gone afterwards."""
    before = list(Booking.objects.values_list("pk", flat=True))
    with without(Booking, NO_STAFF_TWICE):
        try:
            with slow("BEFORE INSERT"), everyone_gets_the_lock():
                yield
        finally:
            Booking.objects.exclude(pk__in=before).delete()
