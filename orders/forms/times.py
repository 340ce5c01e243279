"""Fields for dates, times, durations and zones, shared by ordering and moving."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms import ZoneField
from customers.refusals import Refusal
from customers.times import city, clock, duration, offset, reader_language
from customers.zones import zone_choices
from orders.wording import TimeRefusedInWords
from scheduling.localtime import AmbiguousLocalTime
from scheduling.windows import DayWish

STEP_MINUTES = 15  # Source: S22
LONGEST_MINUTES = 24 * 60
THIS_CENTURY = 20
CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def validate_this_century(on: date) -> None:
    """Neither end of the calendar: a day there has no instant in some zones."""
    if on.year // 100 != THIS_CENTURY:
        raise forms.ValidationError(_("Choose a year from 2000 to 2099."), code="far_date")


def date_field(*, required: bool = True, label: Any = None) -> forms.DateField:
    """A calendar date."""
    return forms.DateField(label=label or _("Date"), required=required, widget=DateInput(), validators=[validate_this_century])


def time_field(*, required: bool = True) -> forms.TimeField:
    """A wall time."""
    return forms.TimeField(label=_("Start time"), required=required, widget=TimeInput())


def duration_field(*, required: bool = True) -> forms.TypedChoiceField:
    """A length in steps of 15 minutes, up to a day."""
    steps = range(STEP_MINUTES, LONGEST_MINUTES + 1, STEP_MINUTES)
    choices = [("", _("Choose a duration")), *((minutes, _Duration(minutes)) for minutes in steps)]
    return forms.TypedChoiceField(label=_("Duration"), required=required, choices=choices, coerce=int, empty_value=None)


class _Duration:
    """A duration's words, in the language of whoever reads the form."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes

    def __str__(self) -> str:
        return duration(self.minutes)


def zone_field() -> forms.ChoiceField:
    """An IANA zone by its city; the form puts the likely ones first with `zone_groups`."""
    return ZoneField(help_text=_("The zone that the date and time are meant in."))


def zone_groups(likely: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones to choose from: the likely ones first, then continent by continent; typing a city's first letters finds it."""
    first = list(dict.fromkeys(zone for zone in likely if zone))
    rest = ((name, [(zone, label) for zone, label in cities if zone not in first]) for name, cities in _continents(reader_language()))
    return [(str(_("Likely")), [(zone, city(zone)) for zone in first]), *rest]


@cache
def _continents(_language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Cities in the language of the reader and by its alphabet."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone, _label in zone_choices():
        groups.setdefault(zone.partition("/")[0], []).append((zone, city(zone)))
    named = (
        (str(CONTINENTS.get(name, name)), tuple(sorted(cities, key=lambda each: _alphabetical(each[1])))) for name, cities in groups.items()
    )
    return tuple(sorted(named, key=lambda group: _alphabetical(group[0])))


def _alphabetical(word: str) -> str:
    """Accents do not count."""
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()


class FoldMixin:
    """For forms with wall times: asks which of two equal times is meant, once a time turned out to happen twice."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def ask_fold(self, cause: AmbiguousLocalTime) -> None:
        """Add the question; the answer comes back with the next submission."""
        readings = [(str(each.fold), _Reading(cause.local, each.instant, cause.zone)) for each in cause.readings]
        self.fields["fold"] = forms.ChoiceField(label=_("Which of the two times?"), choices=readings, widget=forms.RadioSelect)

    def add_refusal(self, refused: Refusal, *, field: str | None = None) -> None:
        """Show a refusal with the field it is about, keeping everything that was typed."""
        refused.count()
        if isinstance(refused, TimeRefusedInWords) and isinstance(refused.cause, AmbiguousLocalTime):
            self.ask_fold(refused.cause)
        self.add_error(field, forms.ValidationError(str(refused), code=refused.code))  # type: ignore[attr-defined]

    def fold_given(self) -> int | None:
        """The answer to the question, None when it was not asked or answered."""
        raw = self.data.get("fold", "")  # type: ignore[attr-defined]
        return int(raw) if raw in ("0", "1") else None


class _Reading:
    """One of two equal wall times, told apart by its offset."""

    def __init__(self, local: datetime, instant: datetime, zone: str) -> None:
        self.local, self.instant, self.zone = local, instant, zone

    def __str__(self) -> str:
        return f"{clock(self.local)} ({offset(self.instant, self.zone)})"


def wish(on: date, at: time, minutes: int, fold: int | None) -> DayWish:
    """A day as the pure modules take it."""
    return DayWish(datetime.combine(on, at), timedelta(minutes=minutes), fold)
