"""What changes about messages and events. Nothing here talks to a server."""

from outbox.actions.events import number_events, record_event
from outbox.actions.mails import (
    BATCH,
    CLAIM_LASTS,
    BadAddress,
    NotSendable,
    claim_batch,
    enqueue,
    enqueue_account_mail,
    give_back,
    record_failed,
    record_heartbeat,
    record_sent,
    resend,
    withdraw,
)
from outbox.actions.redelivery import count_redelivery, forget_redeliveries

__all__ = [
    "BATCH", "CLAIM_LASTS", "BadAddress", "NotSendable", "claim_batch", "count_redelivery", "enqueue", "enqueue_account_mail",
    "forget_redeliveries", "give_back", "number_events", "record_event", "record_failed", "record_heartbeat", "record_sent", "resend",
    "withdraw",
]  # fmt: skip
