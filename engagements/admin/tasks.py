"""The promises of all engagements in one list: sorted, narrowed, ticked off, and put off."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from customers import times
from customers.models import User
from engagements.actions import complete_task, waive_task
from engagements.actions.planning import shift_the_rest
from engagements.admin.base import Deed, DoingAdmin
from engagements.admin.bulk import complete, waive
from engagements.admin.filters import MyTasksFilter, TaskRiskFilter, TaskWeekFilter
from engagements.admin.rows import standing_words, titled
from engagements.forms.planning import DeedForm, EvidenceForm, ReasonForm, ShiftForm
from engagements.models import Task
from engagements.queries import tasks_visible_to


def _complete(task: Task, form: EvidenceForm, by: User, now: datetime) -> str:
    complete_task(task, by=by, evidence=form.cleaned_data["evidence"], now=now)
    return gettext("Done.")


def _waive(task: Task, form: ReasonForm, by: User, now: datetime) -> str:
    waive_task(task, reason=form.cleaned_data["reason"], by=by, now=now)
    return gettext("Recorded as not applicable.")


def _shift(task: Task, form: ShiftForm, by: User, now: datetime) -> str:
    moved = shift_the_rest(task, days=form.cleaned_data["days"], by=by, now=now)
    return ngettext("%(count)d duty shifted.", "%(count)d duties shifted.", len(moved)) % {"count": len(moved)}


def _lane(task: Task, form: DeedForm, now: datetime) -> dict[str, Any]:
    """List what would move along."""
    lane = tasks_of_lane(task, now=now)
    return {"lane": [(titled(each), times.moment(each.due_at, task.engagement.zone)) for each in lane if each.due_at]}


def tasks_of_lane(task: Task, *, now: datetime) -> QuerySet[Task]:
    """Return this duty and the later open ones of its lane, as `shift_the_rest` takes them."""
    later = Task.objects.filter(engagement=task.engagement, state=Task.State.OPEN, phase=task.phase, due_at__gte=task.due_at or now)
    return later.exclude(template__ladder="RECORDING").select_related("template", "day", "session__day").order_by("due_at", "pk")


def is_open(task: Task, now: datetime) -> bool:
    """Tell whether it can still be answered."""
    return task.state == Task.State.OPEN


DEEDS = {
    "complete_it": Deed("complete_it", _("Done"), EvidenceForm, _complete, is_possible=is_open),
    "waive_it": Deed("waive_it", _("Not applicable"), ReasonForm, _waive, is_possible=is_open),
    "shift": Deed("shift", _("Shift the rest"), ShiftForm, _shift, _lane, is_open, "engagements/admin/shift.html"),
}


@admin.register(Task)
class TaskAdmin(DoingAdmin):
    """What both sides owe, what is due first on top."""

    list_display = ("shown_title", "shown_engagement", "owner", "phase", "due", "standing")
    list_filter = (MyTasksFilter, TaskRiskFilter, TaskWeekFilter, "state", "side", "phase", "role")
    list_filter_sheet = True
    list_fullwidth = True
    search_fields = ("engagement__number__exact",)
    search_help_text = _("The whole number of the engagement")
    ordering = ("due_at", "pk")
    show_full_result_count = False
    actions = (complete, waive)
    actions_detail = ("complete_it", "waive_it", "shift")
    deeds = DEEDS
    fields = ("shown_title", "shown_engagement", "owner", "phase", "due", "standing", "evidence", "waived_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Come through the door."""
        rows = tasks_visible_to(request.user).exclude(state=Task.State.CANCELLED)  # type: ignore[arg-type]  # staff are signed in
        return rows.select_related("engagement__organisation").order_by(*self.ordering)

    @display(description=_("duty"))
    def shown_title(self, task: Task) -> SafeString:
        """Wide enough to read."""
        return format_html('<span class="desk-step">{}</span>', titled(task))

    @display(description=_("engagement"), ordering="engagement__number", header=True)
    def shown_engagement(self, task: Task) -> tuple[str, str]:
        """Two lines."""
        return task.engagement.number, task.engagement.organisation.name

    @display(description=_("owed by"), ordering="role")
    def owner(self, task: Task) -> str:
        """Name the role, or the customer."""
        return task.get_role_display() if task.role else task.get_side_display()

    @display(description=_("due"), ordering="due_at")
    def due(self, task: Task) -> SafeString | str:
        """In the event's zone."""
        if task.due_at is None:
            return str(_("not known yet"))
        return format_html('<span class="desk-wide">{}</span>', times.moment(task.due_at, task.engagement.zone))

    @display(description=_("state"))
    def standing(self, task: Task) -> SafeString:
        """In a word."""
        return standing_words(task)

    @action(description=_("Done"), icon="check", permissions=["plan"])
    def complete_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tick it off, with what shows it."""
        return self.do(request, object_id, "complete_it")

    @action(description=_("Not applicable"), icon="block", permissions=["plan"])
    def waive_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say why it does not apply."""
        return self.do(request, object_id, "waive_it")

    @action(description=_("Shift the rest"), icon="update", permissions=["plan"])
    def shift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put off this and what comes later in its lane. Source: S80"""
        return self.do(request, object_id, "shift")
