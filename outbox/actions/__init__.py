"""What changes about messages and events. Nothing here talks to a server."""

from outbox.actions.events import event_of, number_events, record
from outbox.actions.mails import (
    BATCH,
    CLAIM_LASTS,
    BadAddress,
    NotSendable,
    claim_batch,
    compose,
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
    "BATCH", "CLAIM_LASTS", "BadAddress", "NotSendable", "claim_batch", "compose", "count_redelivery", "enqueue", "enqueue_account_mail",
    "event_of", "forget_redeliveries", "give_back", "number_events", "record", "record_failed", "record_heartbeat", "record_sent",
    "resend", "withdraw",
]  # fmt: skip
