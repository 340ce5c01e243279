"""Why something about an engagement is refused, where more than one action says so."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from engagements.models import Engagement

CLOCKS_DIFFER_BY = timedelta(minutes=1)  # a phone's clock may be ahead of ours by so much


class EngagementClosed(Refusal):
    """All is settled, or it was cancelled."""

    code = "engagement_closed"
    sentence = _("This assist is closed or cancelled; nothing is recorded on it any more.")


class NotYours(Refusal):
    """It is somebody else's to do."""

    code = "not_yours"
    status = 403
    sentence = _("This is not yours to do. Ask who owes it, or your coordinator.")


class InTheFuture(Refusal):
    """It is said to have happened later than now."""

    code = "in_the_future"
    status = 422
    sentence = _("This time is still to come. Enter when it happened.")


class NotALink(Refusal):
    """A link was wanted."""

    code = "not_a_link"
    status = 422
    sentence = _("This is not a link. Enter a whole address that begins with https:// or http://.")


def refuse_closed(engagement: Engagement) -> None:
    """:raises EngagementClosed: when it is closed or cancelled."""
    if engagement.is_closed:
        raise EngagementClosed


def happened(at: datetime, *, now: datetime) -> datetime:
    """Return when it happened; a clock that is a little ahead means now.

    :raises InTheFuture: when it is ahead by more.
    """
    if at > now + CLOCKS_DIFFER_BY:
        raise InTheFuture
    return min(at, now)
