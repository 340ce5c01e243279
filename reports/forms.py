"""What narrows a figure or a list."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.lists import Filters, Listing
from reports.models import ExportJob


class ExportForm(forms.Form):
    """Which rows, and as what."""

    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=ExportJob.Format.choices, initial=ExportJob.Format.XLSX)

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
