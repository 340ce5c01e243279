"""The key a program calls with, over the REST API: reading about it, and changing over to a new one."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from customers.actions.api_keys import revoke_api_key, rotate_api_key
from customers.models import ApiKey, KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import instant
from customers.rest.views import ApiView


class KeyOut(serializers.Serializer[Any]):
    """The key of this call; its first characters name it."""

    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=KeyScope.values))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewKeyOut(KeyOut):
    """The key that takes its place; `token` is shown this once."""

    token = serializers.CharField()


class KeyView(ApiView):
    """`/api/v1/key/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("key_read", "", KeyOut), "DELETE": Call("key_revoke", "", status=204)}

    def get(self, request: KeyRequest) -> Response:
        """Read what this key may do, and until when."""
        return Response(_key(request.auth))

    def delete(self, request: KeyRequest) -> Response:
        """Revoke this key, at once and for good: the last step of changing over, sent with the former key."""
        revoke_api_key(key=request.auth, now=timezone.now())
        return Response(status=204)


class RotateView(ApiView):
    """`/api/v1/key/rotate/`"""

    calls: ClassVar[dict[str, Call]] = {"POST": Call("key_rotate", "", NewKeyOut, status=201, once=False)}

    def post(self, request: KeyRequest) -> HttpResponse:
        """Get a key with the same name, scopes and term. This one still works: revoke it once the new one is in place.

        An `Idempotency-Key` means nothing here, because the token is kept nowhere.
        """
        return self._rotate(request, now=timezone.now())

    def _rotate(self, request: KeyRequest, *, now: datetime) -> Response:
        made = rotate_api_key(key=request.auth, now=now)
        return Response({**_key(made.key), "token": made.token}, status=201)


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created_at": instant(key.created_at),
        "expires_at": instant(key.expires_at),
        "last_used_at": instant(key.last_used_at),
    }
