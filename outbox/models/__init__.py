"""What is said to the world: mails on their way, events that programs follow, and the sign that the beat and a worker are alive."""

from outbox.models.events import Event, EventType
from outbox.models.mails import AccountMessage, Heartbeat, Mail, Message, State
from outbox.models.redelivery import Redelivery
from outbox.models.webhooks import Delivery, Lease, WebhookEndpoint

__all__ = [
    "AccountMessage", "Delivery", "Event", "EventType", "Heartbeat", "Lease", "Mail", "Message", "Redelivery", "State", "WebhookEndpoint",
]  # fmt: skip
