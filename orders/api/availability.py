"""Availability: one question answered at once, many answered by the workers."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from customers.clock import now_of
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import instant
from customers.rest.idempotency import answer_once
from customers.rest.views import ApiView, language_of
from orders.actions.checking import Question, ask_in_bulk, check_availability
from orders.api.examples import A_QUESTION
from orders.api.incoming import QuestionIn, when_asked
from orders.api.orders import READ, named_rows
from orders.api.shapes import AvailabilityOut, BulkOut
from orders.models import BulkCheck
from orders.queries import bulk_checks_visible_to

MOST_QUESTIONS = 200


class BulkIn(serializers.Serializer[Any]):
    """Up to 200 questions."""

    questions = serializers.ListField(child=QuestionIn(), allow_empty=False, max_length=MOST_QUESTIONS)


class AvailabilityView(ApiView):
    """`/api/v1/availability/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call("availability_check", READ, AvailabilityOut, body=QuestionIn, refusals=(404, 409, 422), example=A_QUESTION)
    }

    def post(self, request: KeyRequest) -> HttpResponse:
        """Ask whether somebody is free; if nobody is, at most three other times are named. Nobody is held. Source: S23, S48"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._check(request, now=now), now=now)

    def _check(self, request: KeyRequest, *, now: datetime) -> Response:
        body = QuestionIn(data=request.data, context=named_rows(request, now=now))
        body.is_valid(raise_exception=True)
        finding = check_availability(request.auth.organisation, _question(body.validated_data), now=now)
        return Response(finding.to_json())


class BulkView(ApiView):
    """`/api/v1/availability/bulk/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call(
            "availability_bulk", READ, BulkOut, body=BulkIn, status=202, refusals=(409, 422), headers=("Location",),
            example={"questions": [A_QUESTION]},
        )
    }  # fmt: skip

    def post(self, request: KeyRequest) -> HttpResponse:
        """Ask up to 200 questions at once: 202, and the address where the answers gather."""
        now = now_of(request)
        return answer_once(self, request, lambda: self._ask(request, now=now), now=now)

    def _ask(self, request: KeyRequest, *, now: datetime) -> Response:
        body = BulkIn(data=request.data, context=named_rows(request, now=now))
        body.is_valid(raise_exception=True)
        questions = [_question(each) for each in body.validated_data["questions"]]
        check = ask_in_bulk(request.auth.organisation, questions, language=language_of(request), now=now)
        shown = _bulk_out(check)
        return Response(shown, status=202, headers={"Location": shown["links"]["self"]})


class BulkStatusView(ApiView):
    """`/api/v1/availability/bulk/<key>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("availability_bulk_status", READ, BulkOut, refusals=(404,))}

    def get(self, request: KeyRequest, key: str) -> Response:
        """Read the answers so far, in the order of the questions; `status` is DONE when each has one."""
        return Response(_bulk_out(get_object_or_404(bulk_checks_visible_to(request.user), key=key)))


def _question(asked: dict[str, Any]) -> Question:
    return Question(asked["package"], asked["site"], when_asked(asked), asked["language"])


def _bulk_out(check: BulkCheck) -> dict[str, Any]:
    return {
        "key": check.key,
        "status": "DONE" if check.done_at else "WORKING",
        "questions": len(check.questions),
        "answers": check.answers,
        "asked_at": instant(check.asked_at),
        "done_at": instant(check.done_at),
        "links": {"self": f"/api/v1/availability/bulk/{check.key}/"},
    }
