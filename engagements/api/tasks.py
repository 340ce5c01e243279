"""The table of promises over the REST API: reading it, ticking off, saying what does not apply. Source: S97 to S126"""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from catalog.models import TaskTemplate
from customers.clock import now_of
from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import InstantField, instant
from customers.rest.idempotency import answer_once
from customers.rest.views import ApiView
from engagements.actions import complete_task, waive_task
from engagements.actions.ticking import LONGEST_EVIDENCE, LONGEST_REASON
from engagements.models import Task
from engagements.queries import Promise, engagements_visible_to, promise_list, tasks_visible_to
from engagements.timeline import Standing

READ, WRITE = KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE


class TaskOut(serializers.Serializer[Any]):
    """One promise of one side, and how it stands now."""

    key = serializers.CharField()
    duty = serializers.CharField()
    title = serializers.CharField()
    side = serializers.ChoiceField(choices=TaskTemplate.Side.values)
    role = serializers.CharField()
    phase = serializers.ChoiceField(choices=TaskTemplate.Phase.values)
    state = serializers.ChoiceField(choices=Task.State.values)
    standing = serializers.ChoiceField(choices=[each.name for each in Standing])
    due_at = serializers.DateTimeField(allow_null=True)
    missed_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    evidence_wanted = serializers.ChoiceField(choices=TaskTemplate.Evidence.values)
    evidence = serializers.CharField()
    waived_because = serializers.CharField()
    session = serializers.CharField(allow_null=True)


class TasksOut(serializers.Serializer[Any]):
    """What both sides owe, by due time."""

    results = TaskOut(many=True)


class CompleteIn(serializers.Serializer[Any]):
    """What shows that it is done: a link, a text or the name of a file, as `evidence_wanted` says."""

    evidence = serializers.CharField(max_length=LONGEST_EVIDENCE, required=False, allow_blank=True, default="")
    done_at = InstantField(required=False, help_text="When it was done, if that is not now.")


class WaiveIn(serializers.Serializer[Any]):
    """Why it does not apply."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class TasksView(ApiView):
    """`/api/v1/engagements/<number>/tasks/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("tasks_list", READ, TasksOut, refusals=(404,))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """List what both sides promised and how it stands, by due time. Source: S97 to S126"""
        engagement = get_object_or_404(engagements_visible_to(request.user), number=number)
        return Response({"results": [_task(each) for each in promise_list(engagement, now=now_of(request))]})


class CompleteView(ApiView):
    """`/api/v1/engagements/<number>/tasks/<key>/complete/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call(
            "task_complete", WRITE, TaskOut, body=CompleteIn, refusals=(404,), example={"evidence": "https://files.example/slides"}
        )
    }

    def post(self, request: KeyRequest, number: str, key: str) -> HttpResponse:
        """Tick off what your organisation owes; 409 when somebody was faster. Source: S97 to S126"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._complete(request, number, key, now=now), now=now)

    def _complete(self, request: KeyRequest, number: str, key: str, *, now: datetime) -> Response:
        task, body = _task_of(request, number, key), CompleteIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        complete_task(task, by=request.user, evidence=asked["evidence"], done_at=asked.get("done_at"), now=now)
        return _answered(task, now=now)


class WaiveView(ApiView):
    """`/api/v1/engagements/<number>/tasks/<key>/waive/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call("task_waive", WRITE, TaskOut, body=WaiveIn, refusals=(404,), example={"reason": "We bring no slides."})
    }

    def post(self, request: KeyRequest, number: str, key: str) -> HttpResponse:
        """Say that what your organisation owes does not apply, and why. Source: S97 to S126"""
        now = now_of(request)
        return answer_once(self, request, lambda: self._waive(request, number, key, now=now), now=now)

    def _waive(self, request: KeyRequest, number: str, key: str, *, now: datetime) -> Response:
        task, body = _task_of(request, number, key), WaiveIn(data=request.data)
        body.is_valid(raise_exception=True)
        waive_task(task, reason=body.validated_data["reason"], by=request.user, now=now)
        return _answered(task, now=now)


def _task_of(request: KeyRequest, number: str, key: str) -> Task:
    return get_object_or_404(tasks_visible_to(request.user), engagement__number=number, key=key)


def _answered(task: Task, *, now: datetime) -> Response:
    return Response(next(_task(each) for each in promise_list(task.engagement, now=now) if each.key == task.key))


def _task(promise: Promise) -> dict[str, Any]:
    return {
        "key": promise.key,
        "duty": promise.code,
        "title": promise.title,
        "side": promise.side,
        "role": promise.role,
        "phase": promise.phase,
        "state": promise.state,
        "standing": promise.standing.name,
        "due_at": instant(promise.due_at),
        "missed_at": instant(promise.missed_at),
        "done_at": instant(promise.done_at),
        "evidence_wanted": promise.evidence_wanted,
        "evidence": promise.evidence,
        "waived_because": promise.waived_because,
        "session": promise.session_key or None,
    }
