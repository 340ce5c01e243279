"""What can go wrong between the portal and a Webex site, by what to do about it; and how long a site asks us to wait."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST_WAIT = timedelta(seconds=1)
WAIT_WHEN_NOT_SAID = timedelta(seconds=15)
LONGEST_WAIT_SAID = timedelta(days=30)  # anything longer is a mistake of the site


class Trouble(Exception):
    """A call that gave no usable answer; `word` names it in logs and on the settings page, `tracking_id` is for Webex's support."""

    word = "trouble"

    def __init__(self, *, status: int = 0, tracking_id: str = "", wait: timedelta | None = None) -> None:
        super().__init__(self.word, status, tracking_id)
        self.status = status
        self.tracking_id = tracking_id
        self.wait = wait


class Unreachable(Trouble):
    """No answer in time, an error inside Webex, or something that is no JSON: try again later."""

    word = "unreachable"


class Unauthorised(Trouble):
    """The token is not valid (any more)."""

    word = "unauthorised"


class Forbidden(Trouble):
    """The token may not do this."""

    word = "forbidden"


class NotThere(Trouble):
    """Unknown, or not known yet: what Webex tells by a notification can take ten minutes to appear."""

    word = "not_there"


class Busy(Trouble):
    """Too many calls, or the meeting is locked: not before `wait` has passed."""

    word = "busy"


class Rejected(Trouble):
    """The call itself is not accepted; repeating it would not help."""

    word = "rejected"


class ForeignAddress(Trouble):
    """The next page lies on another host, which must not get the token."""

    word = "foreign_address"


def wait_asked(retry_after: str | None, *, now: datetime) -> timedelta:
    """How long a Retry-After header asks to wait: seconds or a date, never shorter than it says; 15 seconds when it says nothing usable."""
    said = (retry_after or "").strip()
    if said.isascii() and said.isdigit():
        return min(max(timedelta(seconds=int(said[:9])), SHORTEST_WAIT), LONGEST_WAIT_SAID)
    try:
        until = parsedate_to_datetime(said)
        return min(max(until - now, SHORTEST_WAIT), LONGEST_WAIT_SAID)
    except (TypeError, ValueError, OverflowError):
        return WAIT_WHEN_NOT_SAID
