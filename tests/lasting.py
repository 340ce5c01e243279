"""Rows that last for a module: made once, in a transaction around those of its tests, so that what a test does to them is undone.

Not for a module with a test that commits (`transactional_db`) or talks to the running portal: those need the connection for themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, transaction

from customers.tenancy import EVERYTHING, scope

Made = TypeVar("Made")


@contextmanager
def for_a_module(make: Callable[[], Made], django_db_blocker: Any) -> Iterator[Made]:
    """Make it under the scope of everything, and judge its deferred constraints now: else each test would judge them again at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        with scope(EVERYTHING):
            made = make()
            _constraints("IMMEDIATE")
            defer_constraints()
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)


def defer_constraints() -> None:
    """Before each test: what another set inside a savepoint that was released is not undone with its transaction."""
    _constraints("DEFERRED")


def _constraints(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL {when}")
