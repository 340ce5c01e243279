"""The engagements as the provider's planners see them: who works when, what each side owes, and who changed what."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from catalog.models import Service, TaskTemplate
from customers import times
from engagements.admin import deeds
from engagements.admin.base import DoingAdmin
from engagements.admin.bulk import assign
from engagements.admin.filters import EngagementRiskFilter, EngagementWeekFilter, MyEngagementsFilter
from engagements.admin.rows import (
    AppointmentRows,
    AssignmentRows,
    CommunicationRows,
    DeliverableRows,
    EventDayRows,
    HoursRows,
    SessionRows,
    SpeakerRows,
    TaskRows,
)
from engagements.admin.timeline import timeline_of
from engagements.models import Engagement
from engagements.queries import engagements_for_list
from scheduling.languages import ASSIST_LANGUAGES

LANGUAGE_NAMES = dict(ASSIST_LANGUAGES)


@admin.register(Engagement)
class EngagementAdmin(DoingAdmin):
    """Every engagement, the next event first; one of them with its timeline, and a button for each thing to plan."""

    list_display = ("number", "organisation", "package", "when", "shown_state", "shown_team")
    list_filter = (MyEngagementsFilter, EngagementRiskFilter, EngagementWeekFilter, "state", "package")
    list_filter_sheet = True
    search_fields = ("number__exact",)  # equality, so that the index serves under row-level security
    search_help_text = _("The whole number")
    ordering = ("-starts_at", "-pk")
    show_full_result_count = False
    actions = (assign,)
    actions_detail = (
        "choose",
        "book",
        {"title": _("Agenda"), "icon": "view_agenda", "items": ["agenda", "final", "reopen", "speakers"]},
        {"title": _("Note"), "icon": "edit_note", "items": ["hours", "add_on", "deliverable", "communication"]},
    )
    deeds = deeds.EVERYTHING
    change_form_template = "engagements/admin/engagement.html"
    inlines = (
        AssignmentRows, AppointmentRows, TaskRows, SessionRows, HoursRows, EventDayRows, SpeakerRows, DeliverableRows, CommunicationRows,
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("number", "organisation", "package", "title", "when", "state")}),
        (_("Contact"), {"fields": ("contact_name", "contact_email", "contact_language")}),
        (_("Asked for"), {"fields": ("event_language", "asked_for")}),
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
        conditions = [str(TaskTemplate.Condition(each).label) for each in engagement.answers.get("conditions", [])]
        services = Service.objects.filter(code__in=engagement.answers.get("services", [])).order_by("position", "code")
        return ", ".join([*conditions, *(each.name for each in services)]) or "–"

    @display(description=_("language of the contact"))
    def contact_language(self, engagement: Engagement) -> str:
        """Name it."""
        return str(LANGUAGE_NAMES.get(engagement.language, engagement.language))

    @display(description=_("language of the assist"))
    def event_language(self, engagement: Engagement) -> str:
        """Name it. Source: S30"""
        return str(LANGUAGE_NAMES.get(engagement.assist_language, engagement.assist_language))

    @display(description=_("opened"))
    def opened(self, engagement: Engagement) -> str:
        """Say when the order was confirmed."""
        return times.moment(engagement.opened_at, engagement.zone)

    @display(description=_("closed"))
    def closed(self, engagement: Engagement) -> str:
        """Say when it ended; empty while it goes on."""
        return times.moment(engagement.closed_at, engagement.zone) if engagement.closed_at else ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw the timeline over the form."""
        engagement, now = self.target_or_404(request, object_id), timezone.now()
        about = {"engagement": engagement, "now": now, "timeline": timeline_of(engagement, now=now), **(extra_context or {})}
        page: HttpResponse = super().change_view(request, object_id, form_url, about)
        return page

    @action(description=_("Who could do it"), icon="person_search", permissions=["plan"])
    def choose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Rank everyone for a role, with reasons, and choose. Source: S74"""
        return self.do(request, object_id, "choose")

    @action(description=_("Book an appointment"), icon="event", variant=ActionVariant.PRIMARY, permissions=["plan"])
    def book(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Book a call, a consultation, a dry run or the rehearsal. Source: S56, S81"""
        return self.do(request, object_id, "book")

    @action(description=_("Agenda"), icon="view_agenda", permissions=["plan"])
    def agenda(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Edit the sessions. Source: S80"""
        return self.do(request, object_id, "agenda")

    @action(description=_("Agenda is final"), icon="task_alt", permissions=["plan"])
    def final(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start the five days for the speakers' links. Source: S84"""
        return self.do(request, object_id, "final")

    @action(description=_("Reopen the agenda"), icon="lock_open", permissions=["plan"])
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open it for changes. Source: S84"""
        return self.do(request, object_id, "reopen")

    @action(description=_("Speakers"), icon="record_voice_over", permissions=["plan"])
    def speakers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep the list, and send links and instructions. Source: S84"""
        return self.do(request, object_id, "speakers")

    @action(description=_("Add a deliverable"), icon="inventory", permissions=["plan"])
    def deliverable(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Note what the customer is to get. Source: S80"""
        return self.do(request, object_id, "deliverable")

    @action(description=_("Note a conversation"), icon="forum", permissions=["plan"])
    def communication(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write into the communication log. Source: S80"""
        return self.do(request, object_id, "communication")

    @action(description=_("Enter hours"), icon="timer", permissions=["plan"])
    def hours(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Enter what was worked. Source: S54, S91"""
        return self.do(request, object_id, "hours")

    @action(description=_("Agree to more hours"), icon="more_time", url_path="add-on", permissions=["plan"])
    def add_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add to the hours of the package. Source: S59, S91"""
        return self.do(request, object_id, "add_on")
