"""The smallest message to send."""

from itertools import count
from typing import Any

from customers.models import Organisation
from customers.tenancy import EVERYTHING, scope
from outbox.actions import compose, enqueue
from outbox.models import Message
from tests import make

_next = count(1).__next__


@scope(EVERYTHING)
def say(of: Organisation | None = None, **fields: Any) -> Message:
    """A queued message to `to@people.example` about PR-1."""
    values = {
        "key": f"said-{_next()}",
        "to": "to@people.example",
        "language": "en",
        "subject": "Confirmed",
        "text": "It is confirmed.\n",
        "about": "PR-1",
        "now": make.NOW,
        **fields,
    }
    message = compose(organisation=of or make.organisation(), **values)
    enqueue(message)
    return Message.objects.get(organisation=message.organisation, key=message.key)


@scope(EVERYTHING)
def again(message: Message) -> Message:
    """The row as it is now."""
    return Message.objects.get(pk=message.pk)
