"""The look-up that must happen before the scope is known: whose site sends this notification."""

from customers.tenancy import door
from webex.models import Connection


@door
def connection_with_hook(digest: str) -> Connection | None:
    """Return the connection whose address this is."""
    return Connection.objects.filter(hook_digest=digest).first()
