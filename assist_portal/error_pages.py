"""Errors outside any view: a page for people, problem+json below /api/. Neither says what went wrong inside."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views import defaults
from structlog.contextvars import get_contextvars

from assist_portal.problems import CONTENT_TYPE

API = "/api/"
# The database is away, full, read-only or has no connection left; it has taken back what the request wrote.
NOT_NOW = (OperationalError, InterfaceError, InternalError)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _answer(request, HTTPStatus.BAD_REQUEST, "malformed", lambda: defaults.bad_request(request, exception))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _answer(request, HTTPStatus.FORBIDDEN, "forbidden", lambda: defaults.permission_denied(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is missing and what is somebody else's."""
    return _answer(request, HTTPStatus.NOT_FOUND, "not_found", lambda: defaults.page_not_found(request, exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database cannot work just now; the page queries nothing, because the transaction may be broken."""
    if isinstance(sys.exc_info()[1], NOT_NOW):
        return _unavailable(request)
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", lambda: _page("500.html", HTTPStatus.INTERNAL_SERVER_ERROR))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, where sign-in limits tries; its spans are a minute to five."""
    answer = _answer(request, HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", lambda: render(request, "429.html", status=429))
    answer["Retry-After"] = "60"
    return answer


def _unavailable(request: HttpRequest) -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer = _answer(request, status, "unavailable", lambda: _page("503.html", status))
    answer["Retry-After"] = "5"
    return answer


def _page(template: str, status: HTTPStatus) -> HttpResponse:
    """Without the request; it says by which name the log knows it."""
    return HttpResponse(get_template(template).render({"request_id": get_contextvars().get("request_id", "")}), status=status)


def _answer(request: HttpRequest, status: HTTPStatus, code: str, page: Callable[[], HttpResponse]) -> HttpResponse:
    if not request.path.startswith(API):
        return page()
    body = {
        "type": f"urn:assist-portal:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "detail": status.description or status.phrase,
        "code": code,
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
