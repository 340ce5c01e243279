"""Refusals of times in words a customer understands."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.refusals import Refusal
from scheduling import localtime, windows


class TimeRefusedInWords(Refusal):
    """A wish about date, time or length that cannot be taken; `code` is the pure refusal's, `cause` the refusal itself."""

    status = 422

    def __init__(self, cause: localtime.TimeRefused) -> None:
        super().__init__(sentence(cause))
        self.code = cause.code  # type: ignore[misc]  # each cause has its own
        self.cause = cause


def sentence(refused: localtime.TimeRefused) -> str:
    """Say why a time is refused and what to do instead. Source: S22, S76"""
    match refused:
        case localtime.ImpossibleLocalTime():
            return _("The clocks go forward then, so %(time)s does not exist that day. Choose %(before)s or %(after)s.") % {
                "time": f"{refused.local:%H:%M}",
                "before": f"{refused.before:%H:%M}",
                "after": f"{refused.after:%H:%M}",
            }
        case localtime.AmbiguousLocalTime():
            return _("The clocks go back then, so %(time)s happens twice that day. Choose which one you mean.") % {
                "time": f"{refused.local:%H:%M}"
            }
        case windows.TooManyDays():
            return ngettext("This package supports one day.", "This package supports at most %(most)d days in a row.", refused.most) % {
                "most": refused.most
            }
        case localtime.UnknownZone():
            return _("Choose a time zone from the list.")
    return str(
        {
            windows.NoDays: _("Choose at least one day."),
            windows.DaysNotConsecutive: _("The days must follow each other. Order two assists for days that are apart."),
            windows.DaysOverlap: _("One day is still running when the next one starts. Shorten it or start the next one later."),
            windows.DurationTooShort: _("An event lasts at least 15 minutes."),
            windows.DurationTooLong: _("A day lasts at most 24 hours."),
            windows.DurationNotInSteps: _("Choose a duration in steps of 15 minutes."),
            windows.InThePast: _("That time has passed. Choose a time in the future."),
        }.get(type(refused), _("That time cannot be used. Choose another one."))
    )
