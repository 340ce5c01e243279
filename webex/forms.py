"""What an administrator types to connect a site."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.validators import validate_one_line
from webex.models import Connection

SECRET = {"autocomplete": "off", "spellcheck": "false"}


class ConnectionForm(forms.Form):
    """The credentials that Webex shows for a service app or an integration. They are kept sealed and never shown again."""

    kind = forms.ChoiceField(
        label=_("Whose rights are used?"),
        choices=Connection.Kind.choices,
        widget=forms.RadioSelect,
        initial=Connection.Kind.SERVICE_APP,
        help_text=_("A service app finds the meetings of every host on the site; an administrator of the site allows it once."),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=200, validators=[validate_one_line], widget=forms.TextInput(SECRET))
    client_secret = forms.CharField(
        label=_("Client secret"), max_length=400, validators=[validate_one_line], widget=forms.PasswordInput(SECRET)
    )
    refresh_token = forms.CharField(
        label=_("Refresh token"), max_length=2000, validators=[validate_one_line], widget=forms.PasswordInput(SECRET)
    )
    may_write = forms.BooleanField(
        label=_("The portal may move meetings on the site when an order moves"),
        required=False,
        help_text=_("Only after you have asked for it with the move. Without this the portal only looks."),
    )
