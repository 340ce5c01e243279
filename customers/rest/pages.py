"""Long lists, page by page: a cursor names the row a page ends with, so rows that come or go in between move nothing.

Source: promises row 40: only what is listed here can be asked for.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as BadValue
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.bearer import KeyBearer
from customers.models import ApiKey
from customers.requests import KeyRequest
from customers.rest.fields import InstantField
from customers.rest.views import address
from customers.statements import Given, Statement
from customers.times import reader_language

LONGEST_PAGE = 100
WAYS_KEPT = 32  # of asking one list, compiled: programs ask in few
ANY_KEY = KeyBearer(ApiKey(organisation_id=Given("organisation")))  # for the `*_visible_to` of a Listing


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: how many rows, after or before which, and look-ups with their values."""

    limit: int
    cursor: str | None
    lookups: Mapping[str, Any]


class ListQuery(serializers.Serializer[Any]):
    """What a list can be asked for; a subclass names its filters. Anything else is refused."""

    limit = serializers.IntegerField(min_value=1, max_value=LONGEST_PAGE, default=50, help_text="Rows on a page.")
    cursor = serializers.CharField(max_length=400, required=False, help_text="From `next` or `previous` of another page.")

    filters: ClassVar[dict[str, str]] = {}  # parameter to look-up

    def to_internal_value(self, data: Mapping[str, str]) -> dict[str, Any]:
        """Refuse what is not on the list."""
        read: dict[str, Any] = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: _("There is no such parameter.") for name in unknown}, code="unknown_parameter")
        return read

    @classmethod
    @cache
    def _reader(cls, language: str) -> Self:
        """One for all requests in a language, whose first words its fields keep: to make them anew takes longer than to read."""
        return cls()

    @classmethod
    def of(cls, request: Request) -> Asked:
        """:raises rest_framework.exceptions.ValidationError: for anything that cannot be asked."""
        given = cls._reader(reader_language()).run_validation(request.query_params.dict())
        lookups = {lookup: given[name] for name, lookup in cls.filters.items() if name in given}
        return Asked(given["limit"], given.get("cursor"), lookups)


class UpdatedSince(ListQuery):
    """A list that programs follow: oldest change first when `updated_since` is given."""

    updated_since = InstantField(required=False, help_text="Rows changed at or after this instant, oldest change first.")


@dataclass(frozen=True)
class Position:
    """The values of the keys of a row, and whether the page lies after or before it."""

    values: tuple[Any, ...]
    backwards: bool = False

    def write(self) -> str:
        """As it stands in an address."""
        text = json.dumps([int(self.backwards), *self.values], cls=DjangoJSONEncoder, separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, rows: QuerySet[Any], keys: Sequence[str]) -> "Position":
        """:raises rest_framework.exceptions.ValidationError: for what no page ever gave out."""
        try:
            backwards, *values = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
            fields = [rows.model._meta.get_field(key) for key in keys]
            read = tuple(field.to_python(value) for field, value in zip(fields, values, strict=True))
            whole = backwards in {0, 1} and None not in read and all(isinstance(each, int) or b"\0" not in each.encode() for each in values)
        except (ValueError, TypeError, AttributeError, RecursionError, BadValue):
            whole = False
        if not whole:
            raise serializers.ValidationError({"cursor": _("This cursor is not one of ours.")}, code="invalid_cursor")
        return cls(read, bool(backwards))


class Listing:
    """Rows in the order of `keys`, the last of which is unique, found page by page.

    What a module keeps is compiled once for each way of asking (docs/adr/0018): its rows are visible to ANY_KEY, and what else
    differs from request to request is Given.
    """

    def __init__(self, rows: QuerySet[Any], *keys: str, newest_first: bool = False) -> None:
        self.rows, self.keys, self.newest_first = rows, keys, newest_first
        self._statement = lru_cache(WAYS_KEPT)(self._compile)

    def page(self, request: KeyRequest, asked: Asked, **given: Any) -> "Page":
        """Return one page. One query."""
        position = Position.read(asked.cursor, self.rows, self.keys) if asked.cursor else None
        backwards = position is not None and position.backwards
        beyond = dict(zip(self.keys, position.values, strict=True)) if position else {}
        statement = self._statement(frozenset(asked.lookups), asked.limit, beyond=bool(position), falling=self.newest_first != backwards)
        found = statement.ask(organisation=request.auth.organisation_id, **asked.lookups, **beyond, **given)
        more, found = len(found) > asked.limit, found[: asked.limit]
        if backwards:
            found.reverse()
        has_next, has_previous = (True, more) if backwards else (more, position is not None)
        return Page(
            found,
            _link(request, Position(_keys(found[-1], self.keys))) if found and has_next else None,
            _link(request, Position(_keys(found[0], self.keys), backwards=True)) if found and has_previous else None,
        )

    def _compile(self, lookups: frozenset[str], limit: int, *, beyond: bool, falling: bool) -> Statement[Any]:
        """The rows of one way of asking, and one more, which says whether there are others."""
        rows = self.rows.filter(**{lookup: Given(lookup) for lookup in lookups})
        if beyond:
            rows = rows.filter(_beyond(self.keys, "lt" if falling else "gt"))
        return Statement(rows.order_by(*(f"-{key}" if falling else key for key in self.keys))[: limit + 1])


@dataclass(frozen=True)
class Page:
    """Rows, and the addresses of the pages beside them."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def answer(self, results: Sequence[Any]) -> Response:
        """As every list is answered."""
        return Response({"next": self.next, "previous": self.previous, "results": results})


def _beyond(keys: Sequence[str], way: str) -> Q:
    """Say which rows come after these values. The outer bound on the first key is what lets PostgreSQL use its index."""
    key, value = keys[0], Given(keys[0])
    if len(keys) == 1:
        return Q(**{f"{key}__{way}": value})
    return Q(**{f"{key}__{way}e": value}) & (Q(**{f"{key}__{way}": value}) | _beyond(keys[1:], way))


def _keys(row: Any, keys: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_exact(row[key] if isinstance(row, Mapping) else getattr(row, key)) for key in keys)


def _exact(value: Any) -> Any:
    """An instant with its microseconds, which the JSON encoder would cut to milliseconds."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _link(request: Request, position: Position) -> str:
    asked = {**request.query_params.dict(), "cursor": position.write()}
    return address(f"{request.path}?{urlencode(asked)}")
