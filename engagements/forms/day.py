"""The small forms of an event day. Each carries a key, so that what is sent twice counts once, and how long ago it was done."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engagements.actions.day_ticks import Tap
from engagements.models import Incident, MinorChange, RecordingFormat

MINUTES, BACK = _("Minutes"), _("Negative takes back what was entered by mistake.")
WORKED_FOR, WHAT_FOR = _("Worked on"), _("What for")
LONGEST_AGO = 400 * 24 * 3600.0  # beyond it the number is nonsense; what is too long for the work is the action's to say


def draw_key() -> str:
    """Draw the key of one press of a button; a phone off the network draws its own."""
    return secrets.token_urlsafe(16)


class InstantField(forms.CharField):
    """An instant as machines write it, with its offset."""

    def clean(self, value: Any) -> datetime | None:
        """Take RFC 3339; nothing is nothing."""
        text = super().clean(value)
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(_("This is not a time.")) from None
        if instant.tzinfo is None:
            raise ValidationError(_("This is not a time."))
        return instant


class DayForm(forms.Form):
    """What every button of the page sends along; `ago` in seconds by the phone's own clock, `seen` the day's start on its page."""

    key = forms.RegexField(r"^[\w-]{1,40}$", widget=forms.HiddenInput)
    ago = forms.FloatField(required=False, max_value=LONGEST_AGO, min_value=-LONGEST_AGO, widget=forms.HiddenInput)
    seen = InstantField(required=False, max_length=40, widget=forms.HiddenInput)

    @property
    def since(self) -> timedelta:
        """How long ago it was done."""
        return timedelta(seconds=self.cleaned_data.get("ago") or 0.0)


class TickForm(DayForm):
    """A tick, or one that is taken back."""

    task = forms.CharField(max_length=24)
    done = forms.TypedChoiceField(choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1")
    evidence = forms.CharField(required=False, max_length=5000)


class SessionForm(DayForm):
    """One tap on a session: it has begun, it has ended, that was a mistake, or how its cloud recording stands."""

    session = forms.CharField(max_length=24)
    what = forms.ChoiceField(choices=[(each.value, each.value) for each in Tap])


class RecordingForm(DayForm):
    """Where a recording is, in which formats, and what was trimmed. Source: S71, S93"""

    session = forms.CharField(max_length=24)
    url = forms.CharField(label=_("Link to the recording"), max_length=2000)
    formats = forms.MultipleChoiceField(label=_("Formats"), choices=RecordingFormat, widget=forms.CheckboxSelectMultiple)
    trim_note = forms.CharField(label=_("What was trimmed"), required=False, max_length=500)


class IncidentForm(DayForm):
    """What went wrong."""

    what = forms.CharField(label=_("What happened"), max_length=500, widget=forms.Textarea({"rows": 2}))
    severity = forms.ChoiceField(
        label=_("How serious is it"), choices=Incident.Severity, initial=Incident.Severity.MINOR, widget=forms.RadioSelect
    )


class ResolveForm(DayForm):
    """How an incident was put right; the key is the incident's."""

    resolution = forms.CharField(label=_("How it was put right"), max_length=500)


class ChangeForm(DayForm):
    """A small change that somebody asks for. Source: S89"""

    what = forms.CharField(label=_("What is to change"), max_length=500, widget=forms.Textarea({"rows": 2}))
    kind = forms.ChoiceField(label=_("Kind"), choices=MinorChange.Kind, initial=MinorChange.Kind.PLATFORM)
    asked_by = forms.CharField(label=_("Asked by"), max_length=160, required=False)


class SettleForm(DayForm):
    """The change is made, or it is the customer's own; the key is the change's. Source: S89, S119"""

    state = forms.ChoiceField(choices=[(each, each) for each in (MinorChange.State.DONE, MinorChange.State.MAJOR)])
    answer = forms.CharField(required=False, max_length=300)


class NoteForm(DayForm):
    """What the next one has to know."""

    text = forms.CharField(label=_("Note for who takes over"), max_length=2000, widget=forms.Textarea({"rows": 3}))


class RoomForm(DayForm):
    """Where the support room is. Source: S87"""

    url = forms.URLField(label=_("Link to the support room"), max_length=500, assume_scheme="https")


class WorkedForm(DayForm):
    """What somebody on the event day worked; which parts there are says the page."""

    part = forms.RegexField(r"^[A-Z]+:[\w-]{0,50}$", label=WORKED_FOR, max_length=64, widget=forms.Select)
    minutes = forms.IntegerField(label=MINUTES, help_text=BACK)
    reason = forms.CharField(label=WHAT_FOR, max_length=300)

    @classmethod
    def offering(cls, parts: list[tuple[str, str]], **more: Any) -> "WorkedForm":
        """Return the empty form with these parts to choose from."""
        form = cls(initial={"part": parts[0][0] if parts else ""}, **more)
        form.fields["part"].widget.choices = parts
        return form


def split(part: str) -> dict[str, str]:
    """Turn `KIND:share` into what the action takes."""
    kind, _colon, share = part.partition(":")
    return {"kind": kind, "share": share}
