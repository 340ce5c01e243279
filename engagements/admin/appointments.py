"""Appointments: when they are, who is there, and what came out of them."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from catalog.models import StaffRole
from customers import times
from customers.models import User
from engagements.actions import cancel_appointment, move_appointment
from engagements.actions.outcomes import finish_appointment, record_check, record_outputs
from engagements.admin.base import Deed, DoingAdmin
from engagements.appointment_times import Offered, bookings_of_appointments, proposals
from engagements.forms.planning import ChecksForm, DeedForm, OutputsForm, TimeForm
from engagements.models import Appointment
from engagements.queries import engagements_visible_to

State, Kind = Appointment.State, Appointment.Kind


def _move(appointment: Appointment, form: TimeForm, by: User, now: datetime) -> str:
    wanted = form.cleaned_data
    moved = move_appointment(appointment, starts_at=wanted["starts_at"], reason=wanted["reason"], by=by, now=now)
    when = times.span(moved.starts_at, moved.ends_at, appointment.engagement.zone)
    return gettext("Moved: %(when)s. Everyone has the update.") % {"when": when}


def _move_context(appointment: Appointment, form: TimeForm, now: datetime) -> dict[str, Any]:
    offer = Offered(appointment.kind, appointment.ends_at - appointment.starts_at)
    mine = [appointment.reference_of(role) for role in StaffRole.values]
    found = proposals(appointment.engagement, offer, now=now, ignoring=mine)
    return {"offer": offer, "proposals": [each for each in found if each.starts_at != appointment.starts_at]}


def _cancel(appointment: Appointment, form: DeedForm, by: User, now: datetime) -> str:
    cancel_appointment(appointment, by=by, now=now)
    return gettext("Cancelled. Everyone is told, and their time is free again.")


def _outputs(appointment: Appointment, form: OutputsForm, by: User, now: datetime) -> str:
    record_outputs(appointment, **form.cleaned_data, by=by)
    return gettext("Saved.")


def _checks(appointment: Appointment, form: ChecksForm, by: User, now: datetime) -> str:
    for line, passed, note in form.answers():
        record_check(line, passed=passed, note=note, by=by, now=now)
    return gettext("Saved.")


def _finish(appointment: Appointment, form: DeedForm, by: User, now: datetime) -> str:
    finish_appointment(appointment, by=by, now=now)
    return gettext("Recorded as held.")


def is_ahead(appointment: Appointment, now: datetime) -> bool:
    """Tell whether it can still be moved or cancelled."""
    return appointment.state == State.BOOKED and appointment.starts_at > now


DEEDS = {
    "move": Deed("move", _("Move the appointment"), TimeForm, _move, _move_context, is_ahead, "engagements/admin/book.html"),
    "cancel": Deed("cancel", _("Cancel the appointment"), DeedForm, _cancel, is_possible=is_ahead),
    "outputs": Deed(
        "outputs", _("What the dry run settled"), OutputsForm, _outputs,
        is_possible=lambda each, _at: each.kind == Kind.DRY_RUN and each.state != State.CANCELLED,
    ),
    "checks": Deed(
        "checks", _("Lines of the rehearsal"), ChecksForm, _checks,
        is_possible=lambda each, _at: each.kind == Kind.REHEARSAL and each.state != State.CANCELLED,
        template="engagements/admin/checks.html",
    ),
    "finish": Deed(
        "finish", _("It was held"), DeedForm, _finish,
        is_possible=lambda each, at: each.state == State.BOOKED and each.starts_at <= at,
    ),
}  # fmt: skip


@admin.register(Appointment)
class AppointmentAdmin(DoingAdmin):
    """Every appointment, the next one first."""

    list_display = ("shown_kind", "engagement", "when", "people", "shown_state")
    list_filter = ("state", "kind")
    list_filter_sheet = True
    search_fields = ("engagement__number__exact",)
    search_help_text = _("The whole number of the engagement")
    ordering = ("-starts_at", "-pk")
    show_full_result_count = False
    actions_detail = ("move", "checks", "outputs", "finish", "cancel")
    deeds = DEEDS
    fields = (
        "engagement", "kind", "option", "when", "people", "shown_state", "reason", "cancelled_because", "checked",
        "timeline", "backup_plan", "role_list",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """Those of the engagements one may see."""
        rows = Appointment.objects.filter(engagement__in=engagements_visible_to(request.user))  # type: ignore[arg-type]
        return rows.select_related("engagement__package", "engagement__organisation").order_by(*self.ordering)

    @display(description=_("appointment"), ordering="kind")
    def shown_kind(self, appointment: Appointment) -> str:
        """Name it, with the option of a rehearsal."""
        option = f" ({appointment.option})" if appointment.option else ""
        return f"{appointment.get_kind_display()}{option}"

    @display(description=_("when"), ordering="starts_at")
    def when(self, appointment: Appointment) -> SafeString:
        """In the event's zone."""
        words = times.span(appointment.starts_at, appointment.ends_at, appointment.engagement.zone)
        return format_html('<span class="desk-wide">{}</span>', words)

    @display(description=_("people"))
    def people(self, appointment: Appointment) -> str:
        """Name who is booked for it."""
        return ", ".join(str(each.staff) for each in bookings_of_appointments([appointment]).values())

    @display(description=_("state"), ordering="state", label={"BOOKED": "info", "DONE": "success", "CANCELLED": "danger"})
    def shown_state(self, appointment: Appointment) -> tuple[str, str]:
        """Say whether it is ahead, waits to be recorded, was held or is off."""
        if appointment.state == State.BOOKED and appointment.ends_at <= timezone.now():
            return "BOOKED", str(_("Over: record what came out"))
        return appointment.state, appointment.get_state_display()

    @display(description=_("lines of the rehearsal"))
    def checked(self, appointment: Appointment) -> str:
        """Count what passed. Source: S83"""
        lines = list(appointment.checks.values_list("passed", flat=True))
        words = {"passed": lines.count(True), "failed": lines.count(False), "open": lines.count(None)}
        return gettext("%(passed)d passed, %(failed)d failed, %(open)d not yet") % words if lines else "–"

    @action(description=_("Move"), icon="event_repeat", permissions=["plan"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give it another time. Source: S56"""
        return self.do(request, object_id, "move")

    @action(description=_("Lines"), icon="checklist", permissions=["plan"])
    def checks(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what passed. Source: S82, S83"""
        return self.do(request, object_id, "checks")

    @action(description=_("What it settled"), icon="description", permissions=["plan"])
    def outputs(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write down timeline, backup plan and roles. Source: S63"""
        return self.do(request, object_id, "outputs")

    @action(description=_("It was held"), icon="check", permissions=["plan"])
    def finish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record that it took place."""
        return self.do(request, object_id, "finish")

    @action(description=_("Cancel"), icon="cancel", permissions=["plan"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Free everyone's time."""
        return self.do(request, object_id, "cancel")
