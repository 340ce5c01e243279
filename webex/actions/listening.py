"""Notifications that sites send: kept as hints, in milliseconds; the workers look after them."""

import hashlib
import json
from datetime import datetime
from typing import Any

from webex.models import Connection, Hint
from webex.reading import text

LONGEST_BODY = 64_000


def take_hint(connection: Connection, body: bytes, *, now: datetime) -> None:
    """Keep a notification whose signature was right; a repeat is the same hint. Under the connection's scope."""
    said = _read(body)
    data = said.get("data") if isinstance(said.get("data"), dict) else {}
    assert isinstance(data, dict)
    subject = text(data, "id")[:120]
    resource = text(said, "resource")[:40]
    meeting = text(data, "meetingId") or (subject if resource == "meetings" else "")
    hint = Hint(
        organisation_id=connection.organisation_id,
        connection=connection,
        digest=hashlib.sha256(body).hexdigest(),
        resource=resource,
        event=text(said, "event")[:40],
        subject_id=subject,
        meeting_id=meeting[:120],
        received_at=now,
        look_at=now,
    )
    Hint.objects.bulk_create([hint], ignore_conflicts=True)


def _read(body: bytes) -> dict[str, Any]:
    """What it says; nothing if it is not what Webex sends."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
