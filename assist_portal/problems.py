"""Errors of the REST API as RFC 9457 problem+json, each with a stable code that a program can rely on."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from assist_portal.bodies import TooLarge
from customers.refusals import Refusal

CONTENT_TYPE = "application/problem+json"
CODES: Mapping[type[Exception], str] = {
    Http404: "not_found",
    exceptions.NotFound: "not_found",
    PermissionDenied: "forbidden",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "invalid",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
}


def problem_json(exception: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Answer a refusal or one of the framework's own errors; None lets anything else become a 500.

    A refusal leaves the request's transaction alone, because its action has undone its own writes; every other error undoes the view's.
    """
    if isinstance(exception, Refusal):
        exception.count()
        return problem(exception.status, exception.code, str(exception), **getattr(exception, "members", {}))
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    elif isinstance(exception, RequestDataTooBig):
        exception = TooLarge()
    if not isinstance(exception, exceptions.APIException):
        return None
    set_rollback()
    return _framework_problem(exception)


def problem(status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """Write one problem. `members` are extra fields, for instance the alternatives of `nobody_free`."""
    body = {
        "type": f"urn:assist-portal:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }
    return Response(body, status=status, headers=dict(headers or {}), content_type=CONTENT_TYPE)


def _framework_problem(error: exceptions.APIException) -> Response:
    code = getattr(error, "code", "") or next((code for kind, code in CODES.items() if isinstance(error, kind)), "error")
    if isinstance(error, exceptions.ValidationError):
        errors = list(_errors_of(error.detail))
        return problem(error.status_code, code, "; ".join(each["detail"] for each in errors), errors=errors)
    return problem(error.status_code, code, str(error.detail), headers=_headers_of(error))


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    """As the framework's own handler does."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _errors_of(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """One entry per fault, with a JSON pointer to the member of the request that it is about."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _errors_of(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _errors_of(inner, f"{pointer}/{number}" if nested else pointer)
    else:
        yield {"pointer": f"#{pointer}", "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}
