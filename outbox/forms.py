"""What an administrator types about webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.validators import validate_one_line
from outbox.models import EventType


class EndpointForm(forms.Form):
    """Where to post, and which events."""

    url = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https", help_text=_("A public https address of your own program.")
    )
    description = forms.CharField(label=_("What it is for"), max_length=120, required=False, validators=[validate_one_line])
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        choices=EventType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none to be told everything."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].widget.attrs["autocomplete"] = "off"
