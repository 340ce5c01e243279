"""What planners type about hours: what was worked, and what is added. Source: S54, S91"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from engagements.forms.day import BACK, MINUTES, WHAT_FOR, WORKED_FOR, draw_key
from engagements.forms.planning import DeedForm, text
from engagements.queries import hours_of

MOST_AT_ONCE = 60_000  # a thousand hours; a longer number is a slip, and PostgreSQL could not keep it


class HoursForm(DeedForm):
    """What a planner worked; the key lets a double click count once."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    part = forms.ChoiceField(label=WORKED_FOR, widget=UnfoldAdminSelectWidget)
    minutes = forms.IntegerField(label=MINUTES, help_text=BACK, widget=UnfoldAdminIntegerFieldWidget)
    reason = text(WHAT_FOR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [part for each in hours_of(self.target) for part in each.parts]  # type: ignore[attr-defined]

    def first_values(self) -> dict[str, Any]:
        """Draw the key."""
        return {"key": draw_key()}


class AddOnForm(DeedForm):
    """Hours that were agreed beyond the package's. Source: S59, S91"""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Hours"), widget=UnfoldAdminSelectWidget)
    minutes = forms.IntegerField(label=MINUTES, min_value=1, max_value=MOST_AT_ONCE, widget=UnfoldAdminIntegerFieldWidget)
    reason = text(WHAT_FOR, help_text=_("Where the package sells extra time, it is billed with the order."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(each.kind, each.label) for each in hours_of(self.target)]  # type: ignore[attr-defined]

    def first_values(self) -> dict[str, Any]:
        """Draw the key."""
        return {"key": draw_key()}
