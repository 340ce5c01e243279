"""What a call takes and gives, said once: the scope it needs, and what the description of the API says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers


@dataclass(frozen=True)
class Call:
    """One method of one address.

    `page` answers with a page of `answer`; `refusals` are the statuses beyond those that every call can have. A scope of ""
    is open to every key. `files` are media types that the answer also comes as.
    A POST that is not `once` keeps no answer for an Idempotency-Key.
    """

    name: str
    scope: str
    answer: Any = None
    body: type[serializers.Serializer[Any]] | None = None
    query: type[serializers.Serializer[Any]] | None = None
    status: int = 200
    page: bool = False
    refusals: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    once: bool = True
    example: Mapping[str, Any] = field(default_factory=dict)


class FaultOut(serializers.Serializer[Any]):
    """One fault of a request, with a JSON pointer to the member it is about."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """An error, as RFC 9457 writes it. `code` is stable; `detail` is in the language that was asked for."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FaultOut(many=True, required=False)  # type: ignore[assignment]  # a member of that name
