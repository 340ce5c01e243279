"""The forms of the order's steps."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from catalog.models import EventKind, Package, PackageService, TaskTemplate
from customers.models import Organisation, Site
from customers.validators import validate_one_line
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.forms.times import FoldMixin, date_field, duration_field, time_field, wish, zone_field, zone_groups
from orders.models import Order
from orders.queries import wishes_of
from scheduling.languages import ASSIST_LANGUAGES

MOST_DAYS = 3
SWITCHES = {
    "streaming": {TaskTemplate.Condition.PLATFORM_STREAMING, TaskTemplate.Condition.MEETINGS, TaskTemplate.Condition.THIRD_PARTY},
    "branded_app": {TaskTemplate.Condition.BRANDED_APP},
    "content_build": {TaskTemplate.Condition.CONTENT_BUILD},
}
TIME_FIELDS = {"package", "zone", *(f"{name}{day}" for name in ("date", "time", "minutes") for day in ("", "_2", "_3"))}


def one_line(label: Any, *, length: int, required: bool = True, autocomplete: str = "") -> forms.CharField:
    """A text without line breaks or control characters."""
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    return forms.CharField(label=label, max_length=length, required=required, validators=[validate_one_line], widget=forms.TextInput(attrs))


class AvailabilityForm(FoldMixin, forms.Form):
    """Step 1: who asks, where, which package, and when. Source: S18 to S22, S30"""

    first_name = one_line(_("First name"), length=80, autocomplete="given-name")
    last_name = one_line(_("Last name"), length=80, autocomplete="family-name")
    phone = PhoneNumberField(
        label=_("Phone number"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        help_text=_("With the country code, for example +1 514 555 0123."),
    )
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "email"}), help_text=_("The confirmation goes here.")
    )
    company = one_line(_("Company name"), length=160, autocomplete="organization")
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), empty_label=None, help_text=_("Where the session is held.")
    )
    package = forms.ModelChoiceField(
        label=_("Package"), queryset=Package.objects.none(), to_field_name="code", empty_label=None, widget=forms.RadioSelect
    )
    zone = zone_field()
    date = date_field()
    time = time_field()
    minutes = duration_field()
    date_2 = date_field(required=False, label=_("Date of the second day"))
    time_2 = time_field(required=False)
    minutes_2 = duration_field(required=False)
    date_3 = date_field(required=False, label=_("Date of the third day"))
    time_3 = time_field(required=False)
    minutes_3 = duration_field(required=False)
    assist_language = forms.ChoiceField(
        label=_("Language of the assist"), choices=ASSIST_LANGUAGES, help_text=_("The language our person works in during your event.")
    )

    def __init__(self, *args: Any, organisation: Organisation, sites: Any, packages: Any, zones: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["package"].queryset = packages  # type: ignore[attr-defined]
        self.fields["zone"].choices = zone_groups([self.initial.get("zone", ""), organisation.zone, *zones])  # type: ignore[attr-defined]
        self.most_days = max((each.max_days for each in packages), default=1)

    def look_at_times_only(self) -> None:
        """Forget what is wrong with the rest: the reader only wants to see what is covered."""
        for name in set(self.errors) - TIME_FIELDS:
            del self.errors[name]

    def clean(self) -> dict[str, Any]:
        """Say what misses of a further day that was begun."""
        cleaned = super().clean() or {}
        for day in range(2, MOST_DAYS + 1):
            names = [f"date_{day}", f"time_{day}", f"minutes_{day}"]
            given = [cleaned.get(name) is not None for name in names]
            if any(given) and not all(given):
                for name in (name for name, has in zip(names, given, strict=True) if not has and name not in self.errors):
                    self.add_error(name, _("Complete this day or leave it empty."))
        return cleaned

    def ask(self, *, waits: bool = False) -> Availability:
        """What was asked, as plain values."""
        data = self.cleaned_data
        return Availability(
            contact=Contact(data["first_name"], data["last_name"], str(data["phone"]), data["email"], data["company"]),
            site=data["site"],
            package=data["package"],
            when=self.when(),
            assist_language=data["assist_language"],
            waits=waits,
        )

    def when(self) -> When:
        """The days that were given, in order."""
        data = self.cleaned_data
        days = [wish(data["date"], data["time"], data["minutes"], self.fold_given())]
        days += [
            wish(data[f"date_{day}"], data[f"time_{day}"], data[f"minutes_{day}"], self.fold_given())
            for day in range(2, MOST_DAYS + 1)
            if data.get(f"date_{day}")
        ]
        return When(data["zone"], tuple(days))


def availability_initial(draft: Order) -> dict[str, Any]:
    """What step 1 shows of a draft."""
    names = ("first_name", "last_name", "phone", "email", "company", "site", "zone", "assist_language")
    initial = {name: getattr(draft, name) for name in names}
    initial["package"] = draft.package.code if draft.package else None
    for position, day in enumerate(wishes_of(draft), start=1):
        suffix = "" if position == 1 else f"_{position}"
        initial |= {
            f"date{suffix}": day.local_start.date(),
            f"time{suffix}": day.local_start.time(),
            f"minutes{suffix}": int(day.duration.total_seconds() // 60),
        }
    return initial


class MeetingForm(forms.Form):
    """Step 2: is the session on the site, and how do we find it? Source: S24 to S26"""

    is_scheduled = forms.TypedChoiceField(
        label=_("Have you scheduled the session on your site?"),
        choices=[("yes", _("Yes, it is on our site")), ("no", _("Not yet"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    own_host = forms.TypedChoiceField(
        label=_("Was it scheduled with your own host ID?"),
        help_text=_("Choose No if you order for someone else. We never ask for a password."),
        choices=[("yes", _("Yes, with my host ID")), ("no", _("No, with someone else's"))],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    host_id = one_line(_("Host ID"), length=80, required=False)
    host_name = one_line(_("Name of the host"), length=160, required=False)
    host_email = forms.EmailField(label=_("The host's e-mail"), required=False)
    meeting_number = one_line(_("Meeting number"), length=40, required=False)
    meeting_link = forms.URLField(label=_("Meeting link"), max_length=500, required=False, assume_scheme="https")

    def __init__(self, *args: Any, needs_schedule: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_schedule:
            self.fields["is_scheduled"].required = False
            self.fields["is_scheduled"].label = _("Is the session on your site already?")

    def answers(self) -> Meeting:
        """The answers as plain values."""
        data = self.cleaned_data
        is_scheduled = data["is_scheduled"] if data["is_scheduled"] != "" else None
        return Meeting(**{**data, "is_scheduled": is_scheduled})


class SiteTimeForm(forms.Form):
    """The site's time of the meeting, carried over to the question which of the two times is meant. Source: S27"""

    starts_at = forms.DateTimeField(widget=forms.HiddenInput)
    minutes = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1440)

    def span(self) -> tuple[datetime, datetime] | None:
        """Start and end, for people."""
        if self.is_bound and not self.is_valid():
            return None
        values = self.cleaned_data if self.is_bound else self.initial
        return values["starts_at"], values["starts_at"] + timedelta(minutes=values["minutes"])


def meeting_initial(draft: Order) -> dict[str, Any]:
    """What step 2 shows of a draft."""
    words = {True: "yes", False: "no", None: None}
    names = ("host_id", "host_name", "host_email", "meeting_number", "meeting_link")
    return {name: getattr(draft, name) for name in names} | {
        "is_scheduled": words[draft.is_scheduled],
        "own_host": words[draft.own_host],
    }


class EventForm(forms.Form):
    """Step 3: what the event is, and which services it needs. Source: S28 to S30, S56 to S69"""

    title = one_line(_("Title of the event"), length=200)
    event_kind = forms.ChoiceField(label=_("Kind of event"), choices=EventKind.choices, widget=forms.RadioSelect)
    attendees = forms.IntegerField(label=_("Expected attendees"), required=False, min_value=1, max_value=1_000_000)
    presenters = forms.CharField(
        label=_("Presenters"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line: name and e-mail address."),
    )
    sessions = forms.CharField(
        label=_("Sessions"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}), help_text=_("One a line, with its time.")
    )
    streaming = forms.ChoiceField(label=_("How does it reach its audience?"), choices=Order.Streaming.choices, widget=forms.RadioSelect)
    branded_app = forms.BooleanField(label=_("We use a branded event app"), required=False)
    content_build = forms.BooleanField(label=_("We also bought the content-build package"), required=False)
    services = forms.MultipleChoiceField(label=_("Services"), required=False, widget=forms.CheckboxSelectMultiple)
    comments = forms.CharField(label=_("Additional comments"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4}))
    external_reference = one_line(_("Your reference"), length=80, required=False)

    def __init__(self, *args: Any, package: Package, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(value, label) for value, label in EventKind.choices if value in package.event_kinds]
        self.fields["event_kind"].choices = kinds  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.initial["event_kind"] = kinds[0][0]
            self.fields["event_kind"].widget = forms.HiddenInput()
        for name in unasked(package):
            del self.fields[name]
        self.cells = optional_cells(package)
        self.fields["services"].choices = [(cell.service.code, cell.service.name) for cell in self.cells]  # type: ignore[attr-defined]

    def answers(self) -> Event:
        """The answers as plain values."""
        return Event(**{**self.cleaned_data, "services": dict.fromkeys(self.cleaned_data["services"], 1)})


def unasked(package: Package) -> set[str]:
    """Questions whose answer changes nothing for this package: no duty of it depends on them. Source: S90, S99, S120"""
    asked = set(package.duties.values_list("condition", flat=True))
    return {name for name, conditions in SWITCHES.items() if not asked & conditions}


def optional_cells(package: Package) -> list[PackageService]:
    """What the customer can tick: services asked for at ordering that this package offers."""
    cells = package.cells.filter(service__is_option=True).exclude(inclusion=PackageService.Inclusion.NOT_OFFERED)
    return list(cells.select_related("service").order_by("service__position"))


def event_initial(draft: Order) -> dict[str, Any]:
    """What step 3 shows of a draft."""
    names = (
        "title",
        "event_kind",
        "attendees",
        "presenters",
        "sessions",
        "streaming",
        "branded_app",
        "content_build",
        "comments",
        "external_reference",
    )
    return {name: getattr(draft, name) for name in names} | {"services": list(draft.services.values_list("service__code", flat=True))}


class CheckForm(forms.Form):
    """The last step: the terms are accepted with the order. Source: S73"""

    accept_terms = forms.BooleanField(
        label=_("I accept the terms of this package and its cancellation terms"),
        error_messages={"required": _("Accept the terms to place the order.")},
    )
