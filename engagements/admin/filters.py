"""The filters of the planners' lists: mine, at risk, this week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagements.models import Assignment, Engagement, Task

DAY = timedelta(days=1)
FIRST_WARNING = 3 * DAY  # what is due within it has been warned about


def at_risk(now: datetime) -> Q:
    """Select open promises that are missed, or due within three days."""
    return Q(state=Task.State.OPEN, due_at__lt=now + FIRST_WARNING)


class _Choice(SimpleListFilter):
    """One narrowing or none."""

    value_name: str = ""
    value_label: Any = ""

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """Offer the one choice; all is the default."""
        return [(self.value_name, self.value_label)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list when it is chosen."""
        return self.narrowed(queryset, request, timezone.now()) if self.value() == self.value_name else queryset

    def narrowed(self, rows: QuerySet[Any], request: HttpRequest, now: datetime) -> QuerySet[Any]:
        """Keep what is meant."""
        raise NotImplementedError


class MyEngagementsFilter(_Choice):
    """Those one is on now."""

    title, parameter_name = _("team"), "team"
    value_name, value_label = "mine", _("Mine")

    def narrowed(self, rows: QuerySet[Engagement], request: HttpRequest, now: datetime) -> QuerySet[Engagement]:
        """Keep where the reader has a seat."""
        return rows.filter(pk__in=_my_seats(request))


class EngagementRiskFilter(_Choice):
    """Those with a promise of ours or theirs at risk or missed."""

    title, parameter_name = _("promises"), "promises"
    value_name, value_label = "risk", _("At risk")

    def narrowed(self, rows: QuerySet[Engagement], request: HttpRequest, now: datetime) -> QuerySet[Engagement]:
        """Keep what goes on and has one."""
        return rows.filter(Exists(Task.objects.filter(at_risk(now), engagement=OuterRef("pk"))))


class EngagementWeekFilter(_Choice):
    """Those whose event is within seven days."""

    title, parameter_name = _("event"), "event"
    value_name, value_label = "week", _("This week")

    def narrowed(self, rows: QuerySet[Engagement], request: HttpRequest, now: datetime) -> QuerySet[Engagement]:
        """Keep what goes on now or begins soon."""
        return rows.filter(ends_at__gte=now, starts_at__lt=now + 7 * DAY)


class MyTasksFilter(_Choice):
    """Promises of the engagements one is on."""

    title, parameter_name = _("team"), "team"
    value_name, value_label = "mine", _("Mine")

    def narrowed(self, rows: QuerySet[Task], request: HttpRequest, now: datetime) -> QuerySet[Task]:
        """Keep where the reader has a seat."""
        return rows.filter(engagement__in=_my_seats(request))


class TaskRiskFilter(_Choice):
    """Open ones that are missed or due within three days."""

    title, parameter_name = _("standing"), "standing"
    value_name, value_label = "risk", _("At risk")

    def narrowed(self, rows: QuerySet[Task], request: HttpRequest, now: datetime) -> QuerySet[Task]:
        """Keep what needs somebody now."""
        return rows.filter(at_risk(now))


class TaskWeekFilter(_Choice):
    """Due within seven days."""

    title, parameter_name = _("due"), "due"
    value_name, value_label = "week", _("This week")

    def narrowed(self, rows: QuerySet[Task], request: HttpRequest, now: datetime) -> QuerySet[Task]:
        """Keep what is due from now on, for seven days."""
        return rows.filter(due_at__gte=now, due_at__lt=now + 7 * DAY)


def _my_seats(request: HttpRequest) -> Any:
    return Assignment.objects.filter(staff__user_id=request.user.pk or 0, ended_at__isnull=True).values("engagement")
