"""What coordinators type about people: text in, Python values out."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.models import construct_instance
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.models import StaffRole
from customers.zones import zone_choices
from scheduling.languages import ASSIST_LANGUAGES
from scheduling.localtime import reached, wall
from scheduling.models import Leave, StaffMember, WorkingHours
from scheduling.public_holidays import knows

MIDNIGHT = time()
DAY = timedelta(days=1)


class StaffMemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who someone is to the schedule."""

    roles = forms.MultipleChoiceField(label=_("roles"), choices=StaffRole.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget)
    languages = forms.MultipleChoiceField(label=_("languages"), choices=ASSIST_LANGUAGES, widget=UnfoldAdminCheckboxSelectMultipleWidget)
    zone = forms.ChoiceField(label=_("time zone"), choices=zone_choices, widget=UnfoldAdminSelectWidget, initial="UTC")

    class Meta:
        model = StaffMember
        fields = ("user", "roles", "languages", "zone", "holiday_calendar", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label))

    def clean_holiday_calendar(self) -> str:
        """A region must have a list of holidays."""
        calendar = str(self.cleaned_data["holiday_calendar"]).strip().upper()
        if calendar and not knows(calendar):
            raise forms.ValidationError(_("There is no list of holidays for %(region)s.") % {"region": calendar}, code="unknown_region")
        return calendar


class WorkingHoursForm(forms.ModelForm):  # type: ignore[type-arg]
    """One stretch of a weekday."""

    weekday = forms.TypedChoiceField(label=_("weekday"), choices=list(WEEKDAYS.items()), coerce=int, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = WorkingHours
        fields = ("weekday", "starts", "ends")

    def clean(self) -> dict[str, Any]:
        """It must not be empty."""
        values = self.cleaned_data
        starts, ends = values.get("starts"), values.get("ends")
        if starts is not None and ends is not None and ends <= starts and ends != MIDNIGHT:
            self.add_error("ends", _("Enter an end after the start; 00:00 is midnight at the end of the day."))
        return values

    def _post_clean(self) -> None:
        """Check no other row: the whole week is replaced at once, so rows may trade places."""
        self.instance = construct_instance(self, self.instance)


class LeaveForm(forms.ModelForm):  # type: ignore[type-arg]
    """Time off on the person's own clock: whole days, unless times are given."""

    first_day = forms.DateField(label=_("first day"), widget=UnfoldAdminSingleDateWidget)
    first_time = forms.TimeField(label=_("from"), required=False, widget=UnfoldAdminSingleTimeWidget)
    last_day = forms.DateField(label=_("last day"), widget=UnfoldAdminSingleDateWidget)
    last_time = forms.TimeField(label=_("until"), required=False, widget=UnfoldAdminSingleTimeWidget)

    class Meta:
        model = Leave
        fields = ("reason",)
        widgets = {"reason": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial = {**self.initial, **written(self.instance)}

    def clean(self) -> dict[str, Any]:
        """Turn days and times into instants, on the person's clock."""
        values = self.cleaned_data
        if {"first_day", "last_day"} <= values.keys():
            zone = StaffMember.objects.values_list("zone", flat=True).get(pk=self.instance.staff_id)
            begins = datetime.combine(values["first_day"], values.get("first_time") or MIDNIGHT)
            ends = (
                datetime.combine(values["last_day"], values["last_time"]) if values.get("last_time") else midnight_after(values["last_day"])
            )
            self.instance.start_at, self.instance.end_at = reached(begins, zone), reached(ends, zone, last=True)
            if self.instance.end_at <= self.instance.start_at:
                self.add_error("last_day", _("The leave must end after it begins."))
        return values


def midnight_after(day: Any) -> datetime:
    """Return the end of a calendar day."""
    return datetime.combine(day + DAY, MIDNIGHT)


def written(leave: Leave) -> dict[str, Any]:
    """Write a stored leave the way it is typed."""
    starts, ends = wall(leave.start_at, leave.staff.zone), wall(leave.end_at, leave.staff.zone)
    whole = ends.time() == MIDNIGHT
    return {
        "first_day": starts.date(),
        "first_time": None if starts.time() == MIDNIGHT else starts.time(),
        "last_day": ends.date() - DAY if whole else ends.date(),
        "last_time": None if whole else ends.time(),
    }
