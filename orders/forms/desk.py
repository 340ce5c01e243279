"""The coordinator's small forms: whom to book, which time to offer, why not, and the fee."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.forms.times import FoldMixin, date_field, time_field, wish
from orders.models import Order
from orders.queries import wish_at
from scheduling.models import StaffMember
from scheduling.windows import DayWish

OWN_TIME = "own"


def reason_field(*, required: bool = True, help_text: Any = "") -> forms.CharField:
    """What the customer reads."""
    widget = forms.Textarea({"rows": 3})
    return forms.CharField(label=_("Reason"), required=required, max_length=300, help_text=help_text, widget=widget)


class ConfirmForm(forms.Form):
    """Whom to confirm with: whoever is free, or one of them."""

    staff = forms.ModelChoiceField(queryset=StaffMember.objects.filter(is_active=True), required=False)


class OfferForm(FoldMixin, forms.Form):
    """Which time to offer: one of those found, as an instant, or a date and time of one's own in the order's zone."""

    choice = forms.CharField()
    date = date_field(required=False)
    time = time_field(required=False)

    def clean_choice(self) -> str:
        """Take an instant with an offset, or the word for one's own time."""
        choice = str(self.cleaned_data["choice"])
        if choice != OWN_TIME:
            try:
                instant = datetime.fromisoformat(choice)
            except ValueError:
                raise ValidationError(_("Choose one of the times.")) from None
            if instant.tzinfo is None:
                raise ValidationError(_("Choose one of the times."))
        return choice

    def clean(self) -> dict[str, Any]:
        """Ask for both parts of one's own time."""
        cleaned = super().clean() or {}
        if cleaned.get("choice") == OWN_TIME:
            for name in ("date", "time"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Give a date and a time, or choose one of the times above."))
        return cleaned

    def first(self, order: Order) -> DayWish:
        """The wall time to offer."""
        data: dict[str, Any] = self.cleaned_data
        if data["choice"] == OWN_TIME:
            return wish(data["date"], data["time"], 0, self.fold_given())
        return wish_at(datetime.fromisoformat(data["choice"]), order.zone)


class DeclineForm(forms.Form):
    """Why we cannot help."""

    reason = reason_field(help_text=_("The customer reads this in the mail."))


class AnswerMoveForm(forms.Form):
    """Approve a late move, or refuse it with a reason."""

    answer = forms.ChoiceField(choices=[("approve", _("Approve")), ("refuse", _("Refuse"))])
    reason = reason_field(required=False, help_text=_("The customer reads this in the mail."))


class CancelForCustomerForm(forms.Form):
    """Cancel in the customer's name; a fee has to be accepted in so many words."""

    reason = reason_field(required=False)
    fee = forms.DecimalField(widget=forms.HiddenInput, required=False)
    accepted = forms.BooleanField(required=False, label=_("The customer accepts this fee"))

    def accepted_fee(self) -> Decimal | None:
        """The fee that was shown, if it was accepted."""
        return self.cleaned_data.get("fee") if self.cleaned_data.get("accepted") else None
