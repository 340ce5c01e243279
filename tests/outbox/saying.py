"""The smallest message to send."""

from itertools import count
from typing import Any

from customers.models import Organisation
from customers.tenancy import EVERYTHING, scope
from outbox.actions import compose, enqueue
from outbox.models import Message
from outbox.rendering import Rendered
from tests import make

_next = count(1).__next__


@scope(EVERYTHING)
def say(of: Organisation | None = None, **fields: Any) -> Message:
    """A queued message to `to@people.example` about PR-1."""
    values = {
        "key": f"said-{_next()}",
        "to": "to@people.example",
        "about": "PR-1",
        "now": make.NOW,
    }
    words = {"language": "en", "subject": "Confirmed", "text": "It is confirmed.\n"}
    words |= {name: fields.pop(name) for name in ("language", "subject", "text", "html") if name in fields}
    message = compose(Rendered(**words), organisation=of or make.organisation(), **{**values, **fields})
    enqueue(message)
    return Message.objects.get(organisation=message.organisation, key=message.key)


@scope(EVERYTHING)
def again(message: Message) -> Message:
    """The row as it is now."""
    return Message.objects.get(pk=message.pk)
