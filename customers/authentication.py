"""How programs sign in to the REST API: `Authorization: Bearer ap_<prefix>_<secret>`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import get_adapter
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from customers.bearer import KeyBearer
from customers.doors import api_key_with_prefix
from customers.keys import read_key
from customers.models import ApiKey
from customers.rest.counting import seconds_left, too_many_bad_keys
from customers.tenancy import enter_scope

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module while it is being made

_USED_AGAIN_AFTER = timedelta(minutes=1)  # "last used" is for people: one write a minute is enough


class ApiKeyAuthentication(BaseAuthentication):
    """Signs a program in by its key and enters the scope of the key's organisation for the rest of the request."""

    def authenticate(self, request: Request) -> tuple[KeyBearer, ApiKey] | None:
        """Return who bears the key, or None when no key was shown. One answer for every kind of bad key."""
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = timezone.now()
        key = _genuine_key(token.strip())
        if key is None or not key.is_valid_at(now):
            if too_many_bad_keys(get_adapter().get_client_ip(request._request)):
                raise Throttled(wait=seconds_left())
            raise AuthenticationFailed(_("This API key is not valid."), code="invalid_key")
        enter_scope(key.organisation_id)
        bind_contextvars(organisation=key.organisation_id, api_key=key.prefix)
        if key.last_used_at is None or now - key.last_used_at >= _USED_AGAIN_AFTER:
            _note_use(key, now=now)
        request._request.organisation = key.organisation  # type: ignore[attr-defined]
        return KeyBearer(key), key

    def authenticate_header(self, request: Request) -> str:
        """Answer 401 with this challenge instead of 403."""
        return 'Bearer realm="api"'


def _note_use(key: ApiKey, *, now: datetime) -> None:
    """Wait for nobody: a request of the same key that runs right now notes it, and keeps the row until it has been answered."""
    unlocked = ApiKey.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=key.pk, organisation_id=key.organisation_id)
    ApiKey.objects.filter(pk__in=unlocked.values("pk"), organisation_id=key.organisation_id).update(last_used_at=now)


def _genuine_key(token: str) -> ApiKey | None:
    """Return the key whose secret was shown; an unknown prefix costs the same look-up and comparison."""
    shown = read_key(token)
    if shown is None:
        return None
    key = api_key_with_prefix(shown.prefix)
    return key if shown.proves(key.digest if key else None) else None


class KeyHasScope(BasePermission):
    """Lets a key do what its scopes name: a view says `required_scopes = {"GET": "orders:read", "POST": "orders:write"}`."""

    message: ClassVar[Any] = _("This API key may not do that.")
    code = "scope_missing"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Refuse methods that the view names no scope for: a new view is closed until it says who may use it."""
        required: dict[str, str] = getattr(view, "required_scopes", {})
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method or ""
        if not isinstance(request.auth, ApiKey):
            return False
        if method not in required:
            return not hasattr(view, method.lower())  # there is no such call: 405 says so
        return not required[method] or required[method] in request.auth.scopes
