"""The addresses for machines. They answer before sessions and tenancy, so that they can tell when those cannot work."""

import secrets
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assist_portal.machines import metrics as measured
from assist_portal.machines.health import OK, state_of_parts
from customers.access import anyone

RETRY_AFTER_SECONDS = "5"


@anyone
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": OK})


@anyone
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """503 with the names of the parts that are not well."""
    parts = state_of_parts(timezone.now())
    if all(state == OK for state in parts.values()):
        return JsonResponse({"status": OK, **parts})
    return JsonResponse({"status": "not ready", **parts}, status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})


@anyone
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics for who knows the token, or who asks from this machine while no proxy stands before us."""
    if not (_knows_token(request) or _is_local(request)):
        raise Http404
    return HttpResponse(measured.page(timezone.now()), content_type=measured.CONTENT_TYPE)


@anyone
@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to tell about a weakness."""
    expires = (timezone.now() + timedelta(days=180)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    address = f"{settings.PORTAL_URL}/.well-known/security.txt"
    lines = (f"Contact: mailto:{settings.SECURITY_CONTACT}", f"Expires: {expires}", "Preferred-Languages: en, fr", f"Canonical: {address}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _knows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _is_local(request: HttpRequest) -> bool:
    """Behind a proxy on the same machine everybody looks local."""
    return not settings.BEHIND_TLS_PROXY and ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104
