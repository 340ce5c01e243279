"""Makes forgetting the tenancy scope loud on empty tables too: PostgreSQL computes the policy only when there is a row to judge."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from customers.checks import tenant_tables

CHANGES_IT = re.compile("portal.scope|SAVEPOINT")  # and the end of the transaction, after which the connection is idle
NOT_ROWS = ("TRUNCATE", "ALTER", "CREATE", "DROP", "COMMENT", "EXPLAIN")


class NoScope(AssertionError):
    """A statement named a tenant table while no scope was set."""


@cache
def _every_tenant_table() -> frozenset[str]:
    return frozenset(tenant_tables())


def guard(tables: Iterable[str] | None = None) -> Callable[..., Any]:
    """An execute wrapper; the extra question goes to a cursor of psycopg2's own, so it is neither counted nor logged.

    It is asked once for all statements of a transaction between which nothing changes the scope.
    """
    names = re.compile('"(?:{})"'.format("|".join(sorted(tables or _every_tenant_table()))))
    is_set = False

    def wrapper(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal is_set
        line = context["connection"].connection
        if line.info.transaction_status == TRANSACTION_STATUS_IDLE or not isinstance(sql, str) or CHANGES_IT.search(sql):
            is_set = False
        if not is_set and isinstance(sql, str) and names.search(sql) and not sql.lstrip().startswith(NOT_ROWS):
            with line.cursor() as raw:
                raw.execute("SELECT current_setting('portal.scope', true)")
                if not raw.fetchone()[0]:
                    raise NoScope(sql[:300])
            is_set = not CHANGES_IT.search(sql)
        return execute(sql, params, many, context)

    return wrapper


def install() -> Any:
    """For this thread's connection, as a context manager."""
    return connection.execute_wrapper(guard())
