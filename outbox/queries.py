"""What was told to whom: for programs and administrators; and how the sending is going: what /readyz and /metrics ask."""

from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from customers.bearer import Caller
from customers.queries import rows_of
from customers.tenancy import EVERYTHING, scope
from outbox.models import AccountMessage, Delivery, Event, Heartbeat, Mail, Message, State, WebhookEndpoint


def events_visible_to(user: Caller) -> QuerySet[Event]:
    """Return the numbered events of the caller's organisation; what has no number yet may not be the last before it."""
    return rows_of(user, Event.objects.filter(sequence__isnull=False))


def endpoints_visible_to(user: Caller) -> QuerySet[WebhookEndpoint]:
    """Return the webhook endpoints of the caller's organisation."""
    return rows_of(user, WebhookEndpoint.objects.all())


def deliveries_visible_to(user: Caller) -> QuerySet[Delivery]:
    """Return the deliveries to the caller's organisation's endpoints."""
    return rows_of(user, Delivery.objects.select_related("endpoint", "event"))


def heartbeat_age(now: datetime) -> timedelta | None:
    """Return how long ago a worker last did what the beat asked; None when it never has."""
    seen_at = Heartbeat.objects.filter(pk=Heartbeat.ONLY).values_list("seen_at", flat=True).first()
    return None if seen_at is None else now - seen_at


@scope(EVERYTHING)
def lag(now: datetime) -> timedelta:
    """Return how long the oldest mail of all has been waiting to be sent; zero when none waits."""
    waiting: list[QuerySet[Mail]] = [QuerySet(kind).filter(state=State.QUEUED) for kind in (AccountMessage, Message)]
    oldest = [mails.aggregate(written_at=Min("created_at"))["written_at"] for mails in waiting]
    return max((now - written_at for written_at in oldest if written_at), default=timedelta(0))
