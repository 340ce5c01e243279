"""The clock of a sandbox over the REST API: reading it, and moving it forward."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from assist_portal.sandbox.due import run_due_work
from customers.actions.sandbox import FARTHEST, NotASandbox, move_clock
from customers.models import KeyScope, Organisation
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import InstantField, instant
from customers.rest.idempotency import answer_once
from customers.rest.views import ApiView

A_WEEK = {"forward_minutes": 7 * 24 * 60}


class ClockOut(serializers.Serializer[Any]):
    """What time it is in the sandbox, and how far that is ahead of everybody else."""

    now = serializers.DateTimeField()
    ahead_seconds = serializers.IntegerField()


class ClockIn(serializers.Serializer[Any]):
    """Until when, or by how much: one of the two."""

    now = InstantField(required=False)
    forward_minutes = serializers.IntegerField(min_value=1, max_value=FARTHEST // timedelta(minutes=1), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take exactly one."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Send either now or forward_minutes."))
        return attrs


class ClockView(ApiView):
    """`/api/v1/sandbox/clock/`"""

    calls: ClassVar[dict[str, Call]] = {
        "GET": Call("sandbox_clock_read", KeyScope.ORDERS_READ, ClockOut),
        "POST": Call("sandbox_clock_move", KeyScope.ORDERS_WRITE, ClockOut, body=ClockIn, example=A_WEEK),
    }

    def get(self, request: KeyRequest) -> Response:
        """Read what time it is in your sandbox; 403 for any other organisation."""
        if not request.organisation.is_sandbox:
            raise NotASandbox
        return _clock(request.organisation, now=timezone.now())

    def post(self, request: KeyRequest) -> HttpResponse:
        """Move the clock of your sandbox forward, and do all that falls due on the way: warnings, missed promises, ends of events.

        Others notice nothing: a sandbox has people of its own, and its mails are kept and not sent. It never goes back.
        """
        now = timezone.now()
        return answer_once(self, request, lambda: self._move(request, now=now), now=now)

    def _move(self, request: KeyRequest, *, now: datetime) -> Response:
        body = ClockIn(data=request.data)
        body.is_valid(raise_exception=True)
        here = now + request.organisation.clock_ahead
        to = body.validated_data.get("now") or here + timedelta(minutes=body.validated_data["forward_minutes"])
        sandbox = move_clock(request.organisation, to=to, now=now)
        run_due_work(sandbox, now=to)
        return _clock(sandbox, now=now)


def _clock(sandbox: Organisation, *, now: datetime) -> Response:
    ahead = sandbox.clock_ahead
    return Response({"now": instant(now + ahead), "ahead_seconds": int(ahead.total_seconds())})
