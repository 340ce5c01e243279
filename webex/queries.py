"""What a Webex site can tell; sites without a connection are looked after by hand."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from customers.models import Site


class Answer(Enum):
    """How a look-up ended."""

    NO_CONNECTION = "no_connection"


@dataclass(frozen=True)
class MeetingFound:
    """A meeting as its site knows it, or why it is not known."""

    answer: Answer
    title: str = ""
    starts_at: datetime | None = None
    minutes: int = 0
    number: str = ""
    link: str = ""


def find_meeting(site: Site, *, host_id: str, host_email: str, meeting_number: str) -> MeetingFound:
    """Look a meeting up on its site. No site has a connection yet, so the customer types the meeting in. Source: S25"""
    return MeetingFound(Answer.NO_CONNECTION)
