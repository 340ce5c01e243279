"""What a reader says about one promise on the board."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
