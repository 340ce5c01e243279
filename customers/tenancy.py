"""The second wall between tenants: which organisations' rows PostgreSQL shows to this transaction.

Every table with an organisation has row-level security (customers.operations.TenantTable). Its policy reads the
transaction-local setting `portal.scope`: `*` is everything, `0` is nobody, else a comma list of organisation ids. With nothing
set PostgreSQL raises as soon as it judges a row: forgetting is loud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ContextDecorator, contextmanager
from functools import wraps
from inspect import signature
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeAlias, TypeVar

from django.db import DatabaseError, connection, transaction

if TYPE_CHECKING:
    from customers.models import Organisation

EVERYTHING = "*"
NOBODY = "0"

P = ParamSpec("P")
R = TypeVar("R")
Who: TypeAlias = "Organisation | int | str"

# One statement that answers the old scope and sets the new one. OFFSET 0 keeps the inner query apart, so it is read first.
_SWAP = """
SELECT scope, set_config('portal.scope', %s, true)
FROM (SELECT coalesce(current_setting('portal.scope', true), '') AS scope OFFSET 0) AS former
""".strip()  # statements that begin with SELECT are left alone by the audit trail's middleware


def scope_text(*organisations: Who) -> str:
    """Write organisations, their ids or EVERYTHING the way the policy reads them; none at all is NOBODY."""
    if EVERYTHING in organisations:
        return EVERYTHING
    ids = sorted({int(each) if isinstance(each, int | str) else each.pk for each in organisations})
    return ",".join(map(str, ids)) or NOBODY


def current_scope() -> str:
    """Return what this transaction may see; empty outside any scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('portal.scope', true), '')")
        return str(cursor.fetchone()[0])


def _swap(text: str) -> str:
    """Set the scope until the transaction, or a savepoint that is rolled back, ends; return the one before."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a tenancy scope lives only inside transaction.atomic()")
    with connection.cursor() as cursor:
        cursor.execute(_SWAP, [text])
        return str(cursor.fetchone()[0])


@contextmanager
def transaction_under(text: str) -> Iterator[None]:
    """Open a transaction, or a savepoint in one, under this scope, and put the former scope back.

    A rollback restores the setting by itself; a released savepoint does not, so we do.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _swap(text)
        yield
        if nested and not connection.needs_rollback:
            _swap(before)


class Scope(ContextDecorator):
    """One transaction under one scope; as a decorator it marks the function, so that a task can be seen to state its scope."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _recreate_cm(self) -> Self:
        """One per call: a decorated function may run in many threads at once."""
        return type(self)(self.text)

    def __enter__(self) -> None:
        self._open = transaction_under(self.text)
        self._open.__enter__()

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> bool | None:
        return self._open.__exit__(kind, failure, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:  # type: ignore[override]
        """Open one transaction around each call."""
        return unscoped(super().__call__(function))


def unscoped(function: Callable[P, R]) -> Callable[P, R]:
    """Declare a task that opens a scope for each of its steps, or touches no tenant's rows."""
    function.states_scope = True  # type: ignore[attr-defined]
    return function


def scope(*organisations: Who) -> Scope:
    """Open one transaction that sees only these organisations; also a decorator: `@scope(EVERYTHING)`.

    Inside another scope it is a savepoint, and the outer scope returns afterwards. A generator function must not be decorated:
    its body runs after the scope has gone.
    """
    return Scope(scope_text(*organisations))


def execute_alone(statement: str, parameters: Sequence[Any], *, under: str) -> None:
    """Execute one statement as a transaction of its own under this scope: one round trip instead of four.

    Inside a transaction it is executed as in any scope, and the former scope returns afterwards.
    """
    if connection.in_atomic_block:
        with scope(under), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
        return
    with connection.cursor() as cursor:  # PostgreSQL makes one transaction of what comes in one message
        cursor.execute(f"SELECT set_config('portal.scope', %s, true); {statement}", [scope_text(under), *parameters])


def enter_scope(*organisations: Who) -> None:
    """Change the scope for the rest of this transaction: for who learns only in the view whom the caller belongs to."""
    _swap(scope_text(*organisations))


def scoped_by(parameter: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a task, command or action: its scope is the argument of this name, an organisation or its id."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        arguments = signature(function)

        @wraps(function)
        def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
            with scope(arguments.bind(*args, **kwargs).arguments[parameter]):
                return function(*args, **kwargs)

        return unscoped(scoped)

    return decorate


def door(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate one look-up by a unique key that must see every organisation, because the scope is not known yet.

    The former scope returns afterwards. Doors live in the `doors.py` of each app, and a project test lists them.
    """

    @wraps(function)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            with scope(EVERYTHING):
                return function(*args, **kwargs)
        before = _swap(EVERYTHING)
        try:
            found = function(*args, **kwargs)
        except DatabaseError:
            raise  # the transaction is broken; rolling it back restores the scope
        except Exception:
            _swap(before)
            raise
        _swap(before)
        return found

    opened.is_door = True  # type: ignore[attr-defined]
    return opened


def streamed(allowed: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Produce a streamed body in a transaction of its own: the request's has ended by then."""
    with transaction_under(allowed):
        yield from chunks
