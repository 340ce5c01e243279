"""Every component on one page, for looking at; only in development."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from customers.access import anyone

ZONES = [("America/Montreal", "America/Montreal"), ("Europe/Paris", "Europe/Paris"), ("Asia/Kolkata", "Asia/Kolkata")]
PLATFORMS = [("own", _("On my own site")), ("someone", _("On the site of someone else, for whom I order")), ("none", _("Nowhere yet"))]


class SampleForm(forms.Form):
    """One field of each kind."""

    company = forms.CharField(label=_("Company name"), widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        help_text=_("With its country code."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    day = forms.DateField(label=_("Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start = forms.TimeField(label=_("Start time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, help_text=_("The zone the event takes place in."))
    where = forms.ChoiceField(label=_("Where is the meeting scheduled?"), choices=PLATFORMS, widget=forms.RadioSelect)
    attendees = forms.IntegerField(label=_("Expected attendees"), required=False)
    music = forms.BooleanField(label=_("Play hold music until we start"), required=False)
    comments = forms.CharField(label=_("Additional comments"), required=False, widget=forms.Textarea(attrs={"rows": 4}))


@anyone
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component once, typical and overfull, with one form that has errors."""
    start = datetime(2027, 3, 16, 13, 0, tzinfo=UTC)
    context = {
        "form": SampleForm({"company": "", "day": "2027-02-30", "start": "09:00", "zone": "Europe/Paris"}),
        "clean_form": SampleForm(initial={"company": "Northwind Training", "day": date(2027, 3, 16), "start": "09:00"}),
        "start": start,
        "end": start + timedelta(minutes=90),
        "window_start": start - timedelta(minutes=30),
        "window_end": start + timedelta(hours=2),
        "long_end": start + timedelta(hours=10),
        "nine": start + timedelta(hours=8, minutes=30),
        "zone": "America/Montreal",
        "reader_zone": "Europe/Paris",
        "amount": Decimal("1250.00"),
        "states": ["DRAFT", "WAITING", "CONFIRMED", "COMPLETED", "CANCELLED", "HELD", "SENT", "FAILED"],
        "steps": [
            {"title": _("Availability"), "state": "done", "url": "#"},
            {"title": _("Meeting"), "state": "current", "url": ""},
            {"title": _("Event"), "state": "next", "url": ""},
            {"title": _("Check and confirm"), "state": "next", "url": ""},
        ],
        "back_url": "#",
    }
    return render(request, "styleguide_wizard.html" if "wizard" in request.GET else "styleguide.html", context)
