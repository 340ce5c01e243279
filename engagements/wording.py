"""Reasons as sentences, in the reader's language."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.times import duration
from engagements.ranking import Reason


def sentence(reason: Reason) -> str:
    """Say one reason why, or why not."""
    code, amount = reason
    counted = _counted(code, amount)
    return counted or {
        "present": _("has it now"),
        "no_role": _("does not have this role"),
        "left": _("does not work here any more"),
        "declined": _("has declined it"),
        "silent": _("did not answer in time"),
        "seated": _("is on the team in another role"),
        "busy": _("is booked or held for something else"),
        "on_leave": _("is on leave"),
        "not_working": _("does not work at that time, or has a public holiday"),
        "no_certificate": _("has no certificate that is valid then"),
        "no_language": _("does not work in the language of the assist"),
    }.get(code, code)


def said(reasons: Iterable[Sequence[Any]]) -> str:
    """Say the reasons that an assignment keeps."""
    return ", ".join(sentence(Reason(*each)) for each in reasons)


def _counted(code: str, amount: int) -> str:
    if code == "short_rest":
        return _("would have only %(time)s of rest") % {"time": duration(max(amount, 0))}
    if code == "hours_apart" and not amount:
        return _("on the same clock as the event")
    words = {
        "knows_customer": ngettext("has worked for this customer once", "has worked for this customer %(count)d times", amount),
        "load": ngettext("%(count)d other engagement", "%(count)d other engagements", amount),
        "hours_apart": ngettext("%(count)d hour from the event’s clock", "%(count)d hours from the event’s clock", amount),
        "too_many": ngettext("would have %(count)d booking that day", "would have %(count)d bookings that day", amount),
    }
    return words[code] % {"count": amount} if code in words else ""
