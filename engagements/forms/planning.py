"""What project managers type in the admin: who does it, when an appointment is, and what came out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from catalog.models import StaffRole
from engagements.appointment_times import Offered, offered_kinds
from engagements.models import Appointment, Communication, RehearsalCheck
from scheduling.localtime import ImpossibleLocalTime, reached, resolve
from scheduling.models import StaffMember

OWN_TIME = "own"


class DeedForm(forms.Form):
    """A small form about one row; `asked` is the address's query, for what the page is asked to show."""

    def __init__(self, data: Any = None, *, target: Any, now: datetime, asked: Mapping[str, str] | None = None) -> None:
        self.target, self.now, self.asked, self.typed = target, now, asked or {}, data or {}
        super().__init__(data, initial=self.first_values())

    def first_values(self) -> dict[str, Any]:
        """Fill the empty form."""
        return {}


def text(label: Any, *, required: bool = True, most: int = 300, rows: int = 3, **more: Any) -> forms.CharField:
    """A few lines."""
    return forms.CharField(label=label, required=required, max_length=most, widget=forms.Textarea({"rows": rows}), **more)


def day(label: Any, *, required: bool = True) -> forms.DateField:
    """A calendar day, picked by the browser."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def clock(label: Any, *, required: bool = True) -> forms.TimeField:
    """A time of day, picked by the browser."""
    return forms.TimeField(label=label, required=required, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


def wall_time(cleaned: Mapping[str, Any], zone: str) -> datetime:
    """Turn a day and a time of the event's zone into an instant; a doubled time is the first one.

    :raises ValidationError: when the clocks skip it.
    """
    local = datetime.combine(cleaned["date"], cleaned["time"])
    try:
        return resolve(local, zone, fold=0)
    except ImpossibleLocalTime as skipped:
        raise ValidationError({"time": _("The clocks go forward then: this time does not exist.")}) from skipped


class ChooseForm(DeedForm):
    """Who takes a role."""

    role = forms.ChoiceField(choices=StaffRole.choices, widget=forms.HiddenInput)
    staff = forms.ModelChoiceField(
        queryset=StaffMember.objects.filter(is_active=True, sandbox=None), error_messages={"required": _("Choose someone.")}
    )

    def first_values(self) -> dict[str, Any]:
        """Show the role that was asked for, else the first of the package."""
        roles = self.roles
        return {"role": self.asked.get("role") if self.asked.get("role") in roles else roles[0]}

    @property
    def roles(self) -> list[str]:
        """Name the roles of the team."""
        return [*(str(need.role) for need in self.target.package.team.order_by("pk")), str(StaffRole.COORDINATOR)]


class TimeForm(DeedForm):
    """One of the times that were found, as an instant, or a day and time of one's own in the event's zone."""

    choice = forms.CharField(error_messages={"required": _("Choose one of the times.")})
    date = day(_("Day"), required=False)
    time = clock(_("Time"), required=False)
    reason = text(
        _("Why outside the usual days"), required=False, help_text=_("Needed for a rehearsal that is not five to nine days before.")
    )

    @property
    def zone(self) -> str:
        """Name the event's zone."""
        return str(getattr(self.target, "engagement", self.target).zone)

    def clean(self) -> dict[str, Any]:
        """Work out the instant."""
        cleaned = super().clean() or {}
        choice = cleaned.get("choice")
        if choice == OWN_TIME:
            if not (cleaned.get("date") and cleaned.get("time")):
                raise ValidationError({"date": _("Give a day and a time, or choose one of the times above.")})
            cleaned["starts_at"] = wall_time(cleaned, self.zone)
        elif choice:
            cleaned["starts_at"] = _instant(choice)
        return cleaned


class BookForm(TimeForm):
    """Which appointment, and when."""

    kind = forms.ChoiceField(choices=Appointment.Kind, widget=forms.HiddenInput)
    option = forms.TypedChoiceField(
        label=_("Which rehearsal"),
        choices=Appointment.Option.choices,
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    field_order = ("kind", "option", "choice", "date", "time", "reason")

    def first_values(self) -> dict[str, Any]:
        """Show the kind that was asked for, else the first that the package has."""
        offer = self.offer
        return {"kind": offer.kind if offer else ""}

    @property
    def options(self) -> list[tuple[int, Any]]:
        """List the two rehearsals."""
        return list(Appointment.Option.choices)

    @property
    def offers(self) -> list[Offered]:
        """List what this engagement can have."""
        return offered_kinds(self.target)

    @property
    def offer(self) -> Offered | None:
        """Return the kind that the page is about."""
        wanted, offers = self.typed.get("kind") or self.asked.get("kind"), self.offers
        return next((each for each in offers if each.kind == wanted), offers[0] if offers else None)


class OutputsForm(DeedForm):
    """What a dry run settles. Source: S63"""

    timeline = text(_("Final timeline"), required=False, most=20_000, rows=6)
    backup_plan = text(_("Backup plan"), required=False, most=20_000, rows=4)
    role_list = text(_("Roles and duties"), required=False, most=20_000, rows=4)

    def first_values(self) -> dict[str, Any]:
        """Show what is there."""
        return {name: getattr(self.target, name) for name in ("timeline", "backup_plan", "role_list")}


class ChecksForm(DeedForm):
    """The lines of a rehearsal: passed, failed or not looked at, with a note for each. Source: S82, S83"""

    ANSWERS = (("", _("not yet")), ("yes", _("passed")), ("no", _("failed")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[RehearsalCheck] = list(self.target.checks.select_related("speaker").order_by("speaker__name", "pk"))
        for each in self.lines:
            answer = {None: "", True: "yes", False: "no"}[each.passed]
            widget = UnfoldAdminSelectWidget(attrs={"aria-label": str(each.get_item_display())})
            self.fields[f"passed_{each.pk}"] = forms.ChoiceField(choices=self.ANSWERS, required=False, initial=answer, widget=widget)
            note = UnfoldAdminTextInputWidget(attrs={"aria-label": str(_("Note"))})
            self.fields[f"note_{each.pk}"] = forms.CharField(required=False, max_length=300, initial=each.note, widget=note)

    def rows(self) -> list[tuple[RehearsalCheck, Any, Any]]:
        """Pair each line with its two fields."""
        return [(each, self[f"passed_{each.pk}"], self[f"note_{each.pk}"]) for each in self.lines]

    def answers(self) -> list[tuple[RehearsalCheck, bool | None, str]]:
        """List the lines that were changed."""
        found = [
            (each, {"": None, "yes": True, "no": False}[self.cleaned_data[f"passed_{each.pk}"]], self.cleaned_data[f"note_{each.pk}"])
            for each in self.lines
        ]
        return [(each, passed, note) for each, passed, note in found if (passed, note) != (each.passed, each.note)]


class ShiftForm(DeedForm):
    """By how many days."""

    days = forms.IntegerField(
        label=_("Days"), help_text=_("For example 2 for two days later, -1 for a day earlier."), widget=UnfoldAdminIntegerFieldWidget
    )


class ReasonForm(DeedForm):
    """Why it does not apply."""

    reason = text(_("Reason"))


class DeliverableForm(DeedForm):
    """Something the customer is to get. Source: S80"""

    title = forms.CharField(label=_("What"), max_length=200, widget=UnfoldAdminTextInputWidget)
    due_on = day(_("Due on"), required=False)


class DeliverForm(DeedForm):
    """Where it is. Source: S80"""

    link = forms.URLField(label=_("Link"), required=False, max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)


class CommunicationForm(DeedForm):
    """Who was talked to, and about what. Source: S80"""

    date = day(_("Day"))
    time = clock(_("Time"))
    channel = forms.ChoiceField(label=_("How"), choices=Communication.Channel.choices, widget=UnfoldAdminSelectWidget)
    with_whom = forms.CharField(label=_("With whom"), max_length=160, widget=UnfoldAdminTextInputWidget)
    summary = text(_("What was said"), most=2000, rows=5)

    def clean(self) -> dict[str, Any]:
        """Work out the instant."""
        cleaned = super().clean() or {}
        if cleaned.get("date") and cleaned.get("time"):
            cleaned["at"] = reached(datetime.combine(cleaned["date"], cleaned["time"]), self.target.zone)
        return cleaned


def _instant(choice: str) -> datetime:
    try:
        instant = datetime.fromisoformat(choice)
    except ValueError:
        raise ValidationError({"choice": _("Choose one of the times.")}) from None
    if instant.tzinfo is None:
        raise ValidationError({"choice": _("Choose one of the times.")})
    return instant


class EvidenceForm(DeedForm):
    """What shows that it is done: a link or a text, where the duty asks for one."""

    evidence = text(_("What shows it"), required=False, most=5000)


class BulkReasonForm(forms.Form):
    """One reason for all."""

    reason = text(_("Reason"))


class BulkAssignForm(forms.Form):
    """Who takes which role."""

    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices, widget=UnfoldAdminSelectWidget)
    staff = forms.ModelChoiceField(
        label=_("Person"),
        queryset=StaffMember.objects.filter(is_active=True, sandbox=None).select_related("user"),
        widget=UnfoldAdminSelectWidget,
    )
