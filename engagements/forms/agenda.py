"""The agenda and the speakers as tables to type into."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from engagements.brief import SessionBrief
from engagements.forms.planning import DeedForm, clock
from engagements.models import Session, Speaker
from scheduling.localtime import reached, wall

NEW_ROWS = 2


class SessionRow(forms.Form):
    """One session; wall times of the event's zone on its event day. A row without a title that has no key is left out."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    day = forms.TypedChoiceField(label=_("Day"), coerce=int, widget=UnfoldAdminSelectWidget)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)
    starts = clock(_("from"), required=False)
    ends = clock(_("until"), required=False)
    platform = forms.ChoiceField(label=_("Streaming"), choices=Session.Platform.choices, widget=UnfoldAdminSelectWidget)
    is_recorded = forms.BooleanField(label=_("Recording requested"), required=False)
    remove = forms.BooleanField(label=_("Remove"), required=False)

    def __init__(self, *args: Any, days: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = [(each.position, each.position) for each in days]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if name != "key":
                field.widget.attrs["aria-label"] = str(field.label)

    @property
    def cells(self) -> list[Any]:
        """List what is typed, in the order of the columns."""
        return [self[name] for name in ("day", "title", "starts", "ends", "platform", "is_recorded")]

    @property
    def is_empty(self) -> bool:
        """Nothing was typed into this new row."""
        return not self.cleaned_data.get("key") and not self.cleaned_data.get("title")

    def clean(self) -> dict[str, Any]:
        """A session that stays needs a title and both times."""
        cleaned = super().clean() or {}
        wanted = ("title", "starts", "ends") if cleaned.get("key") or cleaned.get("title") else ()
        if not cleaned.get("remove") and any(not cleaned.get(name) for name in wanted):
            raise ValidationError(_("Give each session a title, a start and an end."))
        return cleaned


class AgendaForm(DeedForm):
    """All sessions, and a few new rows."""

    @cached_property
    def days(self) -> list[Any]:
        """The event days."""
        return list(self.target.days.order_by("position"))

    @cached_property
    def rows(self) -> list[SessionRow]:
        """One row per session, in order, then the empty ones."""
        sessions = list(self.target.sessions.select_related("day").order_by("starts_at", "pk"))
        first = [self._written(each) for each in sessions] + [{"platform": self._usual(sessions)}] * NEW_ROWS
        data = self.data if self.is_bound else None
        return [SessionRow(data, prefix=f"s{n}", initial=values, days=self.days) for n, values in enumerate(first)]

    def clean(self) -> dict[str, Any]:
        """Every row must be right."""
        cleaned = super().clean() or {}
        for row in self.rows:
            for error in [] if row.is_valid() else row.errors.values():
                self.add_error(None, error)
        return cleaned

    def removed(self) -> list[str]:
        """List the keys of the sessions to remove."""
        return [row.cleaned_data["key"] for row in self.rows if row.cleaned_data["remove"] and row.cleaned_data["key"]]

    def put(self) -> list[SessionBrief]:
        """Return what was changed or added."""
        stay = [row for row in self.rows if not row.is_empty and not row.cleaned_data["remove"] and row.has_changed()]
        return [self._brief(row.cleaned_data) for row in stay]

    def _written(self, session: Session) -> dict[str, Any]:
        return {
            "key": session.key,
            "day": session.day.position,
            "title": session.title,
            "starts": wall(session.starts_at, self.target.zone).time(),
            "ends": wall(session.ends_at, self.target.zone).time(),
            "platform": session.platform,
            "is_recorded": session.is_recorded,
        }

    @staticmethod
    def _usual(sessions: list[Session]) -> str:
        return sessions[0].platform if sessions else str(Session.Platform.NONE)

    def _brief(self, values: dict[str, Any]) -> SessionBrief:
        day = next(each for each in self.days if each.position == values["day"])
        on = wall(day.starts_at, self.target.zone).date()
        ends_on = on if values["ends"] > values["starts"] else on + timedelta(days=1)  # over midnight
        return SessionBrief(
            key=values["key"],
            day=values["day"],
            title=values["title"],
            starts_at=reached(datetime.combine(on, values["starts"]), self.target.zone),
            ends_at=reached(datetime.combine(ends_on, values["ends"]), self.target.zone),
            platform=values["platform"],
            is_recorded=values["is_recorded"],
            **self._kept(values["key"]),
        )

    def _kept(self, key: str) -> dict[str, Any]:
        """What this table does not ask for stays as it is."""
        found = self.target.sessions.filter(key=key).values("join_link", "speakers").first() if key else None
        return found or {}


class SpeakerRow(forms.Form):
    """One speaker. A row without a name that has no key is left out."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=160, required=False, widget=UnfoldAdminTextInputWidget)
    email = forms.EmailField(label=_("E-mail"), required=False, widget=UnfoldAdminEmailInputWidget)
    session = forms.ModelChoiceField(label=_("Session"), queryset=Session.objects.none(), required=False, widget=UnfoldAdminSelectWidget)
    link = forms.URLField(
        label=_("Invitation link"), max_length=500, required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )
    remove = forms.BooleanField(label=_("Remove"), required=False)

    def __init__(self, *args: Any, sessions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if name != "pk":
                field.widget.attrs["aria-label"] = str(field.label)

    def clean(self) -> dict[str, Any]:
        """Whoever has a name needs an address."""
        cleaned = super().clean() or {}
        if not cleaned.get("remove") and bool(cleaned.get("name")) != bool(cleaned.get("email")):
            raise ValidationError(_("Give each speaker a name and an e-mail address."))
        return cleaned


class SpeakersForm(DeedForm):
    """All speakers and a few new rows; then who is sent the links."""

    SEND = (("", _("nobody yet")), ("speakers", _("each speaker")), ("customer", _("the customer’s contact")))
    send = forms.ChoiceField(label=_("Send links and instructions to"), choices=SEND, required=False, widget=UnfoldAdminSelectWidget)

    @cached_property
    def speakers(self) -> list[Speaker]:
        """Who is on the list."""
        return list(self.target.speakers.select_related("session").order_by("name", "pk"))

    @cached_property
    def rows(self) -> list[SpeakerRow]:
        """One row per speaker, then the empty ones."""
        sessions = self.target.sessions.order_by("starts_at", "pk")
        first: list[dict[str, Any]] = [
            {"pk": each.pk, "name": each.name, "email": each.email, "session": each.session_id, "link": each.link} for each in self.speakers
        ]
        data = self.data if self.is_bound else None
        return [SpeakerRow(data, prefix=f"p{n}", initial=values, sessions=sessions) for n, values in enumerate(first + [{}] * NEW_ROWS)]

    def clean(self) -> dict[str, Any]:
        """Every row must be right."""
        cleaned = super().clean() or {}
        for row in self.rows:
            for error in [] if row.is_valid() else row.errors.values():
                self.add_error(None, error)
        return cleaned

    def paired(self) -> list[tuple[SpeakerRow, Speaker | None]]:
        """Pair each row with the speaker it shows."""
        return list(zip_longest(self.rows, self.speakers))

    def speaker(self, row: SpeakerRow) -> Speaker | None:
        """Return the speaker of a row; None for a new one."""
        return next((each for each in self.speakers if each.pk == row.cleaned_data["pk"]), None)
