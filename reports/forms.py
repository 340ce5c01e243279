"""What narrows a figure or a list."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import StaffRole
from customers.forms import ZoneField
from customers.times import city, clock
from reports.attendance import LONGEST
from reports.lists import Filters, Listing
from reports.models import ExportJob
from reports.whatif import Person
from scheduling.languages import ASSIST_LANGUAGES


class ExportForm(forms.Form):
    """Which rows, and as what."""

    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=ExportJob.Format.choices, initial=ExportJob.Format.XLSX, required=False
    )

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{listing.name}-%s"
        field: Any = self.fields["state"]
        field.choices = [("", _("All")), *listing.states]

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if isinstance(since, date) and isinstance(until, date) and until < since:
            self.add_error("until", _("This day is before the first."))
        return cleaned

    def filters(self) -> Filters:
        """What was chosen."""
        data = self.cleaned_data
        return Filters(data["since"], data["until"], data["state"])

    def kind(self) -> str:
        """As what; Excel when nothing was said."""
        return str(self.cleaned_data["format"] or ExportJob.Format.XLSX)


class WhatIfForm(forms.Form):
    """Somebody who might be hired."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(StaffRole.PRODUCER, StaffRole.PRODUCER.label), (StaffRole.ANALYST, StaffRole.ANALYST.label)]
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=ASSIST_LANGUAGES)
    zone = ZoneField()
    starts = forms.TimeField(label=gettext_lazy("Works from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=gettext_lazy("Works until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        """The hours in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("The day ends after it begins."))
        return cleaned

    def person(self) -> Person:
        """English goes without saying."""
        data = self.cleaned_data
        minutes = [data[name].hour * 60 + data[name].minute for name in ("starts", "ends")]
        return Person(data["role"], frozenset({"en", data["language"]}), data["zone"], *minutes)

    def words(self) -> dict[str, str]:
        """The choice in words."""
        data = self.cleaned_data
        labels = {name: dict(self.fields[name].choices)[data[name]] for name in ("role", "language")}  # type: ignore[attr-defined]
        return {**labels, "starts": clock(data["starts"]), "ends": clock(data["ends"]), "city": city(data["zone"])}


class AttendanceForm(forms.Form):
    """A CSV with session, enrolled, attended: as a file or pasted."""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    pasted = forms.CharField(label=gettext_lazy("Or paste the rows"), required=False, max_length=LONGEST, widget=forms.Textarea)

    def clean_file(self) -> str:
        """Its text."""
        file = self.cleaned_data.get("file")
        if file is None:
            return ""
        if file.size > LONGEST:
            raise forms.ValidationError(_("This file is too long."), code="too_long")
        return str(file.read().decode("utf-8-sig", errors="replace"))

    def text(self) -> str:
        """Whichever was given."""
        return str(self.cleaned_data["file"] or self.cleaned_data["pasted"])
