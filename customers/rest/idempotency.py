"""One answer for one Idempotency-Key: a program that asks again after a lost answer gets the same bytes. Source: promises row 8"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import CharField
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import IdempotentAnswer
from customers.refusals import Refusal
from customers.requests import KeyRequest
from customers.rest.rendering import JSON
from customers.statements import Given, Statement

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEPT_HEADERS = ("Location", "ETag")
KEPT = timedelta(hours=24)


class StillInFlight(Refusal):
    """The first request with this key has not been answered yet."""

    code = "idempotency_in_flight"
    status = 409
    sentence = _("The first request with this Idempotency-Key is still being answered.")


class OtherBody(Refusal):
    """The key was used with another body."""

    code = "idempotency_key_reused"
    status = 422
    sentence = _("This Idempotency-Key was used with another body.")


def answer_once(view: APIView, request: KeyRequest, act: Callable[[], Response], *, now: datetime) -> HttpResponse:
    """Run `act` once per key, path and organisation, and replay its answer for 24 hours, refusals of the business included.

    Validation errors are raised through and not kept. The row is written in the request's transaction, outside the action's savepoint.

    :raises StillInFlight: while the first request runs.
    :raises OtherBody: when the same key comes with another body.
    """
    key, body_hash = request.headers.get(HEADER, ""), hashlib.sha256(request._request.body).hexdigest()
    if not key:
        return act()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({HEADER: _("At most 255 printable characters.")})
    organisation_id, path = request.auth.organisation_id, request.path
    if not _try_lock(f"{organisation_id}\n{path}\n{key}"):
        raise StillInFlight
    kept = next(iter(_KEPT.ask(organisation=organisation_id, key=key, path=path)), None)
    if kept and kept.created_at > now - KEPT:
        if kept.body_hash != body_hash:
            raise OtherBody
        return _answer(kept)
    if kept:
        kept.delete()
    try:
        response = act()
    except Refusal as refused:
        response = view.handle_exception(refused)
    content_type = response.content_type or "application/json"
    headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    fresh = IdempotentAnswer(
        organisation_id=organisation_id, key=key, path=path, body_hash=body_hash, status=response.status_code, headers=headers,
        body=JSON().render(response.data), content_type=content_type, created_at=now,
    )  # fmt: skip
    fresh.save(force_insert=True)
    return _answer(fresh)


_KEPT = Statement(
    IdempotentAnswer.objects.filter(organisation_id=Given("organisation"), key=Given("key", CharField()), path=Given("path", CharField()))
)


def _try_lock(name: str) -> bool:
    """Lock the key until the transaction ends; a row would be invisible to the others until then."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _answer(kept: IdempotentAnswer) -> HttpResponse:
    return HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type, headers=kept.headers)
