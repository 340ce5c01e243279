"""The description as JSON, and pages to read it and try it with a key of one's own; nothing is loaded from outside."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation

from customers.access import anyone


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Written from the code, in English, once for each process."""
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415  # 4 MB that few processes need

    with translation.override("en"):
        found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the library brings no types here
        return found


@anyone
def openapi(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1; anyone may read it, because it tells nothing of anybody."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


@anyone
def docs(request: HttpRequest) -> HttpResponse:
    """Read and try the API."""
    return render(request, "api/docs.html")
