"""Queries that are asked in the same words in every request: compiled once, then asked with other values.

To Django, building and compiling a query costs several times what PostgreSQL needs to answer it.
"""

from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import BigIntegerField, Expression, Field, Model, QuerySet

M = TypeVar("M", bound=Model)


class Given(Expression):
    """Where a value stands that is given when the query is asked; a primary key when no field says otherwise."""

    def __init__(self, name: str, field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Stand among the parameters for the value."""
        return "%s", [self]


class Statement(Generic[M]):
    """A query with the values of its conditions left open. Its words do not depend on them, so none may be None."""

    def __init__(self, rows: "QuerySet[M, Any]") -> None:
        self.rows = rows

    @cached_property
    def _compiled(self) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self.rows.query.get_compiler(self.rows.db)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
        compiler.get_converters = lambda _expressions: converters  # of the same columns each time
        compiler.connection = None  # it is this thread's
        return compiler, sql, parameters

    def ask(self, **given: Any) -> list[M]:
        """Return the rows for these values.

        :raises KeyError: without one of them.
        :raises ValueError: for None, to which nothing is equal.
        """
        if None in given.values():
            raise ValueError("a statement is asked with values")
        compiler, sql, parameters = self._compiled
        ready = copy(compiler)  # a compiler keeps what it is doing: one for each asking
        ready.connection = connections[self.rows.db]
        values = tuple(given[each.name] if isinstance(each, Given) else each for each in parameters)
        ready.as_sql = lambda *_args, **_options: (sql, values)
        rows = self.rows.all()
        rows.query.get_compiler = lambda *_args, **_options: ready  # type: ignore[method-assign]
        return list(rows)
