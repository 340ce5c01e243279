"""Engagements over the REST API: the team, the days, the sessions, the hours."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from catalog.models import StaffRole
from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.fields import InstantField, instant
from customers.rest.pages import ANY_KEY, Listing, ListQuery
from customers.rest.views import ApiView
from engagements.models import Engagement, HoursBudget
from engagements.queries import Hours, engagements_for_list, hours_of, team_of

READ = KeyScope.ENGAGEMENTS_READ


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


class HoursOut(serializers.Serializer[Any]):
    """One kind of the hours that the package gives, in minutes. Source: S54, S91"""

    kind = serializers.ChoiceField(choices=HoursBudget.Kind.values)
    allowed_minutes = serializers.IntegerField()
    used_minutes = serializers.IntegerField()
    left_minutes = serializers.IntegerField()


class EngagementWholeOut(EngagementOut):
    """An engagement with its team, its sessions and its hours."""

    team = TeamMemberOut(many=True)
    sessions = SessionOut(many=True)
    hours = HoursOut(many=True)


class EngagementsQuery(ListQuery):
    """What the list can be asked for."""

    state = serializers.ChoiceField(choices=Engagement.State.choices, required=False)
    starts_from = InstantField(required=False)
    starts_before = InstantField(required=False)
    filters: ClassVar[dict[str, str]] = {"state": "state", "starts_from": "starts_at__gte", "starts_before": "starts_at__lt"}


LATEST = Listing(engagements_for_list(ANY_KEY), "starts_at", "number", newest_first=True)


class EngagementsView(ApiView):
    """`/api/v1/engagements/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("engagements_list", READ, EngagementOut, query=EngagementsQuery, page=True)}

    def get(self, request: KeyRequest) -> Response:
        """List engagements by their start, the latest first."""
        page = LATEST.page(request, EngagementsQuery.of(request))
        return page.answer([_engagement(each) for each in page.rows])


class EngagementView(ApiView):
    """`/api/v1/engagements/<number>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("engagement_read", READ, EngagementWholeOut, refusals=(404,))}

    def get(self, request: KeyRequest, number: str) -> Response:
        """Read an engagement with its team, its sessions and its hours."""
        engagement = get_object_or_404(engagements_for_list(request.user), number=number)
        team = [{"role": each.role, "name": each.name, "email": each.email, "phone": each.phone} for each in team_of(engagement)]
        sessions = [_session(each) for each in engagement.sessions.order_by("starts_at", "key")]
        hours = [_hours(each) for each in hours_of(engagement)]
        return Response({**_engagement(engagement), "team": team, "sessions": sessions, "hours": hours})


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
        "links": {
            "self": here,
            "tasks": f"{here}tasks/",
            "recordings": f"{here}recordings/",
            "order": f"/api/v1/orders/{engagement.number}/",
            "report": f"/api/v1/reports/engagements/{engagement.number}/",
        },
    }


def _session(session: Any) -> dict[str, Any]:
    times = {name: instant(getattr(session, name)) for name in ("starts_at", "ends_at", "actual_starts_at", "actual_ends_at")}
    return {"key": session.key, "title": session.title, **times, "is_recorded": session.is_recorded}


def _hours(hours: Hours) -> dict[str, Any]:
    return {"kind": hours.kind, "allowed_minutes": hours.allowed, "used_minutes": hours.used, "left_minutes": hours.left}
