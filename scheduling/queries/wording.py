"""The sentence that says why a time is offered."""

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.times import duration
from scheduling.gaps import Alternative, Reason
from scheduling.localtime import wall


def describe(alternative: Alternative, zone: str) -> str:
    """Say in the reader's language why this time is offered, such as "The same person, one day later (Tuesday), same time"."""
    weekday = date_format(wall(alternative.starts_at, zone), "l")
    return capfirst(", ".join(_clause(reason, weekday) for reason in alternative.why))


def _clause(reason: Reason, weekday: str) -> str:
    code, amount = reason
    if code in {"later_day", "earlier_day"}:
        return _days(code, amount) % {"days": amount, "weekday": weekday}
    if code in {"later_time", "earlier_time"}:
        text = _("%(time)s later in the day") if code == "later_time" else _("%(time)s earlier in the day")
        return text % {"time": duration(amount)}
    return {
        "same_person": _("the same person"),
        "other_person": _("another person"),
        "same_day": _("the same day"),
        "same_time": _("at the same time of day"),
    }[code]


def _days(code: str, amount: int) -> str:
    if code == "later_day":
        return ngettext("one day later (%(weekday)s)", "%(days)d days later (%(weekday)s)", amount)
    return ngettext("one day earlier (%(weekday)s)", "%(days)d days earlier (%(weekday)s)", amount)
