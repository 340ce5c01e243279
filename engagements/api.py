"""Engagements over the REST API: the team, the days, the sessions, and the table of promises."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from catalog.models import StaffRole, TaskTemplate
from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import InstantField, instant
from customers.rest.idempotency import answer_once
from customers.rest.pages import ListQuery, page_of
from customers.rest.views import ApiView
from engagements.actions import complete_task, waive_task
from engagements.actions.ticking import LONGEST_EVIDENCE, LONGEST_REASON
from engagements.models import Engagement, Task
from engagements.queries import Promise, engagements_for_list, engagements_visible_to, promise_list, tasks_visible_to, team_of
from engagements.timeline import Standing

READ, WRITE = KeyScope.ENGAGEMENTS_READ, KeyScope.ENGAGEMENTS_WRITE


class EngagementDayOut(serializers.Serializer[Any]):
    """A day of the event, and from when to when it is staffed."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    staffed_from = serializers.DateTimeField()
    staffed_until = serializers.DateTimeField()


class EngagementOut(serializers.Serializer[Any]):
    """The work that a confirmed order opened."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=Engagement.State.values)
    package = serializers.CharField()
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    time_zone = serializers.CharField()
    days = EngagementDayOut(many=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class TeamMemberOut(serializers.Serializer[Any]):
    """Someone who works on it. Source: S38"""

    role = serializers.ChoiceField(choices=StaffRole.values)
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class SessionOut(serializers.Serializer[Any]):
    """A session of the agenda."""

    key = serializers.CharField()
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    actual_starts_at = serializers.DateTimeField(allow_null=True)
    actual_ends_at = serializers.DateTimeField(allow_null=True)
    is_recorded = serializers.BooleanField()


class EngagementWholeOut(EngagementOut):
    """An engagement with its team and its sessions."""

    team = TeamMemberOut(many=True)
    sessions = SessionOut(many=True)


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


class EngagementsQuery(ListQuery):
    """What the list can be asked for."""

    state = serializers.ChoiceField(choices=Engagement.State.choices, required=False)
    starts_from = InstantField(required=False)
    starts_before = InstantField(required=False)
    filters: ClassVar[dict[str, str]] = {"state": "state", "starts_from": "starts_at__gte", "starts_before": "starts_at__lt"}


class EngagementsView(ApiView):
    """`/api/v1/engagements/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("engagements_list", READ, EngagementOut, query=EngagementsQuery, page=True)}

    def get(self, request: KeyRequest) -> Response:
        """List engagements by their start, the latest first."""
        query = EngagementsQuery.of(request)
        rows = query.narrow(engagements_for_list(request.user))
        page = page_of(request, rows, keys=("starts_at", "number"), query=query, newest_first=True)
        return page.answer([_engagement(each) for each in page.rows])


class EngagementView(ApiView):
    """`/api/v1/engagements/<number>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("engagement_read", READ, EngagementWholeOut, refusals=(404,))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """Read an engagement with its team and its sessions."""
        engagement = get_object_or_404(engagements_for_list(request.user), number=number)
        team = [{"role": each.role, "name": each.name, "email": each.email, "phone": each.phone} for each in team_of(engagement)]
        sessions = engagement.sessions.order_by("starts_at", "key")
        return Response({**_engagement(engagement), "team": team, "sessions": [_session(each) for each in sessions]})


class TasksView(ApiView):
    """`/api/v1/engagements/<number>/tasks/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("tasks_list", READ, TasksOut, refusals=(404,))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """List what both sides promised and how it stands, by due time. Source: S97 to S126"""
        engagement = get_object_or_404(engagements_visible_to(request.user), number=number)
        return Response({"results": [_task(each) for each in promise_list(engagement, now=timezone.now())]})


class CompleteView(ApiView):
    """`/api/v1/engagements/<number>/tasks/<key>/complete/`"""

    calls: ClassVar[dict[str, Call]] = {
        "POST": Call(
            "task_complete", WRITE, TaskOut, body=CompleteIn, refusals=(404,), example={"evidence": "https://files.example/slides"}
        )
    }

    def post(self, request: KeyRequest, number: str, key: str) -> HttpResponse:
        """Tick off what your organisation owes; 409 when somebody was faster. Source: S97 to S126"""
        now = timezone.now()
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
        now = timezone.now()
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


def _engagement(engagement: Engagement) -> dict[str, Any]:
    here = f"/api/v1/engagements/{engagement.number}/"
    return {
        "number": engagement.number,
        "state": engagement.state,
        "package": engagement.package.code,
        "title": engagement.title,
        "starts_at": instant(engagement.starts_at),
        "ends_at": instant(engagement.ends_at),
        "time_zone": engagement.zone,
        "days": [
            {
                "starts_at": instant(each.starts_at),
                "ends_at": instant(each.ends_at),
                "staffed_from": instant(each.window_starts_at),
                "staffed_until": instant(each.window_ends_at),
            }
            for each in engagement.days.all()
        ],
        "opened_at": instant(engagement.opened_at),
        "closed_at": instant(engagement.closed_at),
        "links": {"self": here, "tasks": f"{here}tasks/", "order": f"/api/v1/orders/{engagement.number}/"},
    }


def _session(session: Any) -> dict[str, Any]:
    times = {name: instant(getattr(session, name)) for name in ("starts_at", "ends_at", "actual_starts_at", "actual_ends_at")}
    return {"key": session.key, "title": session.title, **times, "is_recorded": session.is_recorded}


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
