"""What people type on the settings pages, as Python values."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from customers.models import KeyScope, Language, Organisation, Role, Site, User
from customers.validators import validate_host_name, validate_one_line
from customers.zones import zone_choices


class LongSelect(forms.Select):
    """A choice among hundreds, written in one go: a template for each option takes most of a page's time."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Write the same elements as Django's own, whose `renderer` is not asked."""
        chosen = set(self.format_value(value))
        parts = [
            format_html('<optgroup label="{}">{}</optgroup>', value, _options(label, chosen))
            if isinstance(label, list | tuple)
            else _options([(value, label)], chosen)
            for value, label in self.choices
        ]
        return format_html("<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})), _joined(parts))


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> SafeString:
    marked = ((value, mark_safe(" selected") if str(value) in chosen else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


class ZoneField(forms.TypedChoiceField):
    """A choice of IANA zones."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": zone_choices, "label": _("Time zone"), "widget": LongSelect, **kwargs})


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no generic forms at run time
    """What a person says about themselves. Source: S18."""

    zone = ZoneField(help_text=_("Times are shown in this zone beside the event's own."))

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone", "language", "zone", "report_mails")
        help_texts = {"phone": _("With the country code, for example +1 514 555 0123.")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no generic forms at run time
    """What new members of an organisation start from."""

    zone = ZoneField()

    class Meta:
        model = Organisation
        fields = ("language", "zone")


class NewSiteForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no generic forms at run time
    """A site to list. Source: S20, S52."""

    host_name = forms.CharField(label=_("Site"), max_length=253, help_text=_("For example acme.webex.com, without https://."))
    zone = ZoneField()

    class Meta:
        model = Site
        fields = ("host_name", "platform", "zone", "schedule_updates")

    def clean_host_name(self) -> str:
        """Forgive capitals and a pasted address; keep the name."""
        typed: str = self.cleaned_data["host_name"]
        name = typed.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
        validate_host_name(name)
        return name


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no generic forms at run time
    """What may change about a site; its name stays, orders are made for it."""

    zone = ZoneField()

    class Meta:
        model = Site
        fields = ("platform", "zone", "schedule_updates", "is_active")
        help_texts = {"is_active": _("Switched off, it is no longer offered for new orders.")}


class InvitationForm(forms.Form):
    """Whom to write to."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ORDERER, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class ApiKeyForm(forms.Form):
    """A key to draw."""

    _DAYS = ((90, _("90 days")), (180, _("180 days")), (365, _("1 year")))

    name = forms.CharField(
        label=_("Name"), max_length=80, validators=[validate_one_line], help_text=_("What will use it, for example CRM.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=KeyScope.choices, widget=forms.CheckboxSelectMultiple)
    valid_for = forms.TypedChoiceField(
        label=_("Valid for"), choices=_DAYS, coerce=lambda days: timedelta(days=int(days)), initial=365, empty_value=None
    )


class JoinForm(forms.Form):
    """What somebody who was invited says about themselves."""

    first_name = forms.CharField(
        label=_("First name"), max_length=80, validators=[validate_one_line], widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=80, validators=[validate_one_line], widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters. A sentence is easier to remember than a word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> None:
        """Refuse passwords that are too short, too common or too like the person."""
        values = self.cleaned_data
        person = User(email=self.email, first_name=values.get("first_name", ""), last_name=values.get("last_name", ""))
        if "password" in values:
            try:
                validate_password(values["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)


def language_from(post: Any) -> str:
    """Return the language a switch asks for; empty when it is none of ours."""
    wanted = str(post.get("language", ""))
    return wanted if wanted in dict(settings.LANGUAGES) and wanted in Language.values else ""
