"""What a reader says about one promise on the board."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from orders.forms.times import date_field
from scheduling.localtime import local_date, reached

EVIDENCE_LENGTH, REASON_LENGTH = 5000, 300


class AnswerForm(forms.Form):
    """Done, not applicable, or taken back; which promise, and what shows it."""

    DONE, WAIVED, TAKEN_BACK = "done", "waived", "back"

    task = forms.CharField(max_length=24)
    answer = forms.ChoiceField(choices=[(DONE, DONE), (WAIVED, WAIVED), (TAKEN_BACK, TAKEN_BACK)])
    evidence = forms.CharField(label=_("Evidence"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False)


class AgendaForm(forms.Form):
    """Final, or open again. Source: S84"""

    FINAL, OPEN = "final", "open"

    agenda = forms.ChoiceField(choices=[(FINAL, FINAL), (OPEN, OPEN)])


class RepositoryForm(forms.Form):
    """Where the customer's own file repository is, and on which days we may use it. Source: S96"""

    AFTERWARDS = timedelta(days=30)

    url = forms.URLField(label=_("Address of your repository"), max_length=2000, assume_scheme="https")
    first = date_field(label=_("From"))
    last = date_field(label=_("Until the end of"))

    def __init__(self, data: Any = None, *, engagement: Engagement, now: datetime) -> None:
        self.zone = engagement.zone
        last = local_date(max(engagement.ends_at, now) + self.AFTERWARDS, self.zone)
        super().__init__(data, initial={"first": local_date(now, self.zone), "last": last}, auto_id="repository-%s")

    def clean(self) -> dict[str, Any]:
        """Turn whole days of the event's zone into instants."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            if last < first:
                raise ValidationError({"last": _("This is before the first day.")})
            cleaned["valid_from"] = reached(datetime.combine(first, time()), self.zone)
            cleaned["valid_until"] = reached(datetime.combine(last + timedelta(days=1), time()), self.zone)
        return cleaned
