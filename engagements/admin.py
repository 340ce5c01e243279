"""The engagements as the provider's planners see them: who works when, what each side owes, and who changed what."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from customers import times
from customers.access import has_staff_role
from customers.admin.audited import AuditedAdmin
from engagements.models import Assignment, Engagement, EventDay, Task
from engagements.queries import SEES_EVERYTHING, engagements_for_list


class ForPlanners:
    """Read by administrators, coordinators and PMs; what happens to an engagement happens to its order."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to planners."""
        return has_staff_role(request.user, *SEES_EVERYTHING)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Planners see every engagement."""
        return has_staff_role(request.user, *SEES_EVERYTHING)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A confirmed order opens it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Moves, cancellations and cover write it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """It is cancelled, never deleted."""
        return False


class _Rows(ForPlanners, TabularInline):  # type: ignore[misc]  # unfold brings no types
    """Rows of one engagement."""

    extra = 0
    can_delete = False
    show_change_link = False
    tab = True


class EventDayRows(_Rows):
    """The days of the event with what is staffed."""

    model = EventDay
    fields = readonly_fields = ("position", "event", "window")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventDay]:
        """In calendar order."""
        rows: QuerySet[EventDay] = super().get_queryset(request)
        return rows.select_related("engagement").order_by("position")

    @display(description=_("event"))
    def event(self, day: EventDay) -> str:
        """Say when it takes place."""
        return times.span(day.starts_at, day.ends_at, day.engagement.zone)

    @display(description=_("staffed"))
    def window(self, day: EventDay) -> str:
        """Say when someone of ours is there. Source: S85, S86"""
        return times.span(day.window_starts_at, day.window_ends_at, day.engagement.zone)


class AssignmentRows(_Rows):
    """Who works on it and who did."""

    model = Assignment
    verbose_name_plural = _("team")
    fields = readonly_fields = ("role", "staff", "reason", "since", "until", "ended_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """Who is on it now first."""
        rows: QuerySet[Assignment] = super().get_queryset(request)
        return rows.select_related("engagement", "staff__user").order_by(F("ended_at").desc(nulls_first=True), "id")

    @display(description=_("from"))
    def since(self, assignment: Assignment) -> str:
        """Say since when."""
        return times.moment(assignment.assigned_at, assignment.engagement.zone)

    @display(description=_("until"))
    def until(self, assignment: Assignment) -> str:
        """Say until when; empty for who is on it now."""
        return times.moment(assignment.ended_at, assignment.engagement.zone) if assignment.ended_at else ""


class TaskRows(_Rows):
    """What both sides owe."""

    model = Task
    fields = readonly_fields = ("shown_title", "owner", "phase", "due", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """By due time, what has none yet last."""
        rows: QuerySet[Task] = super().get_queryset(request)
        return rows.select_related("engagement", "template", "day").order_by(F("due_at").asc(nulls_last=True), "position", "id")

    @display(description=_("duty"))
    def shown_title(self, task: Task) -> str:
        """Name it, with the event day where it has one."""
        return f"{task.title} ({_('day')} {task.day.position})" if task.day else task.title

    @display(description=_("owed by"))
    def owner(self, task: Task) -> str:
        """Name the role, or the customer."""
        return task.get_role_display() if task.role else task.get_side_display()

    @display(description=_("due"))
    def due(self, task: Task) -> str:
        """Say when, and whether that is short notice."""
        if task.due_at is None:
            return str(_("not known yet"))
        due = times.moment(task.due_at, task.engagement.zone)
        return f"{due} ({_('short notice')})" if task.short_notice else due


@admin.register(Engagement)
class EngagementAdmin(ForPlanners, AuditedAdmin):
    """Every engagement, the next event first."""

    list_display = ("number", "organisation", "package", "when", "shown_state", "shown_team")
    list_filter = ("state", "package")
    search_fields = ("number__exact",)  # equality, so that the index serves under row-level security
    search_help_text = _("The whole number")
    ordering = ("-starts_at", "-pk")
    show_full_result_count = False
    inlines = (EventDayRows, AssignmentRows, TaskRows)
    fieldsets = (
        (None, {"fields": ("number", "organisation", "package", "title", "when", "state")}),
        (_("Contact"), {"fields": ("contact_name", "contact_email", "language")}),
        (_("Asked for"), {"fields": ("assist_language", "asked_for")}),
        (_("Life"), {"fields": ("opened", "closed")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Engagement]:
        """Come through the door, with days and team."""
        return engagements_for_list(request.user).order_by(*self.ordering)  # type: ignore[arg-type]  # anonymous people never get here

    @display(description=_("when"), ordering="starts_at")
    def when(self, engagement: Engagement) -> SafeString:
        """One line per event day, in the event's zone."""
        lines = ((times.span(day.starts_at, day.ends_at, engagement.zone),) for day in engagement.days.all())
        return format_html_join("", "<div>{}</div>", lines)

    @display(
        description=_("state"),
        ordering="state",
        label={"OPEN": "warning", "STAFFED": "success", "RUNNING": "info", "WRAPPING_UP": "info", "CANCELLED": "danger"},
    )
    def shown_state(self, engagement: Engagement) -> tuple[str, str]:
        """The word, coloured."""
        return engagement.state, engagement.get_state_display()

    @display(description=_("team"))
    def shown_team(self, engagement: Engagement) -> SafeString:
        """One line per person who is on it now."""
        team: list[Any] = getattr(engagement, "team", [])
        return format_html_join("", "<div>{}: {}</div>", ((each.get_role_display(), each.staff) for each in team))

    @display(description=_("conditions and services"))
    def asked_for(self, engagement: Engagement) -> str:
        """List what switched duties on."""
        return ", ".join([*engagement.answers.get("conditions", []), *engagement.answers.get("services", [])]) or "–"

    @display(description=_("opened"))
    def opened(self, engagement: Engagement) -> str:
        """Say when the order was confirmed."""
        return times.moment(engagement.opened_at, engagement.zone)

    @display(description=_("closed"))
    def closed(self, engagement: Engagement) -> str:
        """Say when it ended; empty while it goes on."""
        return times.moment(engagement.closed_at, engagement.zone) if engagement.closed_at else ""
