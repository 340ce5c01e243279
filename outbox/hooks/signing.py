"""What is posted, byte for byte, and its signatures by Standard Webhooks."""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from customers.times import rfc3339
from outbox.models import Event

SECRET_BYTES = 32


def new_secret() -> str:
    """Draw a secret as the standard writes it: `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def event_out(event: Event) -> dict[str, Any]:
    """An event as programs get it, in the feed and in a webhook."""
    return {
        "id": event.key,
        "type": event.kind,
        "timestamp": rfc3339(event.happened_at),
        "sequence": event.sequence,
        "about": event.about,
        "data": event.payload,
    }


def body_of(event: Event) -> bytes:
    """The same bytes in every attempt."""
    return json.dumps(event_out(event), ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(event: Event, body: bytes, live_secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Sign with every live secret, so that a receiver may change over at any time within the day."""
    at = now.astimezone(UTC)  # the library takes any zone for UTC
    signatures = [Webhook(secret).sign(event.key, at, body.decode()) for secret in live_secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "assist-portal-webhooks/1",
        "webhook-id": event.key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
