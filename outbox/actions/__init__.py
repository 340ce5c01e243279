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

__all__ = [
    "BATCH", "CLAIM_LASTS", "BadAddress", "NotSendable", "claim_batch", "enqueue", "enqueue_account_mail", "give_back", "number_events",
    "record_event", "record_failed", "record_heartbeat", "record_sent", "resend", "withdraw",
]  # fmt: skip
