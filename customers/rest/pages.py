"""Long lists, page by page: a cursor names the row a page ends with, so rows that come or go in between move nothing.

Source: promises row 40: only what is listed here can be asked for.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as BadValue
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.rest.fields import InstantField
from customers.rest.views import address

LONGEST_PAGE = 100


class ListQuery(serializers.Serializer[Any]):
    """What a list can be asked for; a subclass names its filters. Anything else is refused."""

    limit = serializers.IntegerField(min_value=1, max_value=LONGEST_PAGE, default=50, help_text="Rows on a page.")
    cursor = serializers.CharField(max_length=400, required=False, help_text="From `next` or `previous` of another page.")

    filters: ClassVar[dict[str, str]] = {}  # parameter to look-up

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is not on the list."""
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: _("There is no such parameter.") for name in unknown}, code="unknown_parameter")
        return attrs

    @classmethod
    def of(cls, request: Request) -> "ListQuery":
        """:raises rest_framework.exceptions.ValidationError: for anything that cannot be asked."""
        asked = cls(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return asked

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the filters that were given."""
        given = self.validated_data
        return rows.filter(**{lookup: given[name] for name, lookup in self.filters.items() if name in given})


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
            whole = backwards in {0, 1} and None not in read and all(isinstance(each, str | int) for each in values)
        except (ValueError, TypeError, RecursionError, BadValue):
            whole = False
        if not whole:
            raise serializers.ValidationError({"cursor": _("This cursor is not one of ours.")}, code="invalid_cursor")
        return cls(read, bool(backwards))


def page_of(request: Request, rows: QuerySet[Any], *, keys: Sequence[str], query: ListQuery, newest_first: bool = False) -> "Page":
    """Return one page of the rows in the order of `keys`, the last of which is unique. One query."""
    limit, cursor = query.validated_data["limit"], query.validated_data.get("cursor")
    position = Position.read(cursor, rows, keys) if cursor else None
    backwards = position is not None and position.backwards
    falling = newest_first != backwards
    if position:
        rows = rows.filter(_beyond(keys, position.values, "lt" if falling else "gt"))
    found = list(rows.order_by(*(f"-{key}" if falling else key for key in keys))[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    return Page(
        found,
        _link(request, Position(_keys(found[-1], keys))) if found and has_next else None,
        _link(request, Position(_keys(found[0], keys), backwards=True)) if found and has_previous else None,
    )


@dataclass(frozen=True)
class Page:
    """Rows, and the addresses of the pages beside them."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def answer(self, results: Sequence[Any]) -> Response:
        """As every list is answered."""
        return Response({"next": self.next, "previous": self.previous, "results": results})


def _beyond(keys: Sequence[str], values: Sequence[Any], way: str) -> Q:
    """Say which rows come after these values. The outer bound on the first key is what lets PostgreSQL use its index."""
    key, value = keys[0], values[0]
    if len(keys) == 1:
        return Q(**{f"{key}__{way}": value})
    return Q(**{f"{key}__{way}e": value}) & (Q(**{f"{key}__{way}": value}) | _beyond(keys[1:], values[1:], way))


def _keys(row: Any, keys: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_exact(row[key] if isinstance(row, Mapping) else getattr(row, key)) for key in keys)


def _exact(value: Any) -> Any:
    """An instant with its microseconds, which the JSON encoder would cut to milliseconds."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _link(request: Request, position: Position) -> str:
    asked = {**request.query_params.dict(), "cursor": position.write()}
    return address(f"{request.path}?{urlencode(asked)}")
