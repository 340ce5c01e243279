"""Yes or no to an assignment."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal

YES, NO = "yes", "no"


class AnswerForm(forms.Form):
    """Which button was pressed, and for a no the reason; the action decides whether it is needed."""

    answer = forms.ChoiceField(choices=[(YES, _("Yes")), (NO, _("No"))], widget=forms.HiddenInput)
    because = forms.CharField(
        label=_("If not, why"),
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Only our own people read it."),
    )

    def add_refusal(self, refused: Refusal) -> None:
        """Say the refusal where the reason goes."""
        self.add_error("because", ValidationError(str(refused), code=refused.code))
