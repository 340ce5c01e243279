"""Forms for people who are not signed in: number and e-mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.numbers import MalformedNumber, normalise

MISS = _("No order has this number and this e-mail address. Check both in your confirmation e-mail.")


class FindForm(forms.Form):
    """Find an order. A number that cannot be one is answered like one that nobody has. Source: S45"""

    number = forms.CharField(
        label=_("Request number"), max_length=40, help_text=_("For example PR-7K3M-92QX-D; it is in your confirmation e-mail.")
    )
    email = forms.EmailField(label=_("Contact e-mail address"), help_text=_("The address that was used to order."))

    def clean_number(self) -> str:
        """The number as it is stored."""
        try:
            return normalise(self.cleaned_data["number"])
        except MalformedNumber:
            return str(self.cleaned_data["number"])[:16].upper()

    def add_miss(self) -> None:
        """Say that nothing was found, the same words for every reason."""
        self.add_error(None, MISS)


class LinkForm(forms.Form):
    """Ask for the one-time link of a known number. Source: S45"""

    email = forms.EmailField(label=_("Contact e-mail address"), help_text=_("The address that was used to order."))
