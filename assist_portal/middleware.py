"""What every answer passes: a name, the headers that no view should have to remember, and machines before anybody else."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress

from allauth.account.adapter import get_adapter
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, unbind_contextvars

from assist_portal.machines import views as machines

Answer = Callable[[HttpRequest], HttpResponseBase]
MACHINES: Mapping[str, Answer] = {
    "/healthz": machines.healthz,
    "/readyz": machines.readyz,
    "/metrics": machines.metrics,
    "/.well-known/security.txt": machines.security_txt,
}
ADMIN = "/admin/"
PERMISSIONS = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"))


class MachinesFirst:
    """Answers machines before sessions, tenancy and host names are looked at: none of these may keep us from telling."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a machine, or pass the request on."""
        view = MACHINES.get(request.path_info)
        if view is None:
            return self.get_response(request)
        try:
            return view(request)
        except Http404:
            return HttpResponseNotFound()


class NameRequests:
    """Every request has a name: in the log, on its answer, and on the page that says that something went wrong."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Outside everything that may fail; django_structlog takes the name from the header, so what the caller sent is replaced."""
        name = request.META["HTTP_X_REQUEST_ID"] = str(uuid.uuid4())
        bind_contextvars(request_id=name)
        try:
            response = self.get_response(request)
        finally:
            unbind_contextvars("request_id")
        response.headers["X-Request-ID"] = name
        return response


class RequestLines(RequestMiddleware):
    """A line in the log when a request comes and when it is answered."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Take the address that limits count by; django_structlog believes whatever X-Forwarded-For the caller wrote."""
        with suppress(PermissionDenied):  # no address to be had
            bind_contextvars(ip=get_adapter().get_client_ip(request))


class AnswerHeaders:
    """Headers beyond Django's own: what the browser may do, who may embed, and that pages are kept nowhere."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.admin_policy = build_policy(settings.ADMIN_CONTENT_SECURITY_POLICY)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add what the view did not set itself."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith(ADMIN):
            response.headers.setdefault(HEADER, self.admin_policy)
        return response


class RefuseNul:
    """No address of ours holds the character NUL, and PostgreSQL takes it in no text: wherever it stands, a look-up would fail."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 400 before any look-up."""
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in an address")
        return self.get_response(request)
