"""Writing events, and giving them their order once they are committed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from customers.models import Organisation
from customers.tenancy import EVERYTHING, scope
from outbox.actions.posting import fan_out
from outbox.models import Event, EventType

MOST_AT_ONCE = 1000
_NUMBERING_LOCK = 7_461_120_301  # one numberer at a time, whoever it is; any number that nothing else locks

# Committed rows only: this statement's snapshot sees no others. Each organisation counts by itself and without gaps, so a
# reader can tell that nothing is missing.
_NUMBER = """
UPDATE outbox_event SET sequence = numbered.sequence
FROM (
    SELECT fresh.id, coalesce(
        (SELECT max(had.sequence) FROM outbox_event had WHERE had.organisation_id = fresh.organisation_id), 0
    ) + row_number() OVER (PARTITION BY fresh.organisation_id ORDER BY fresh.id) AS sequence
    FROM (SELECT id, organisation_id FROM outbox_event WHERE sequence IS NULL ORDER BY id LIMIT %s) fresh
) numbered
WHERE outbox_event.id = numbered.id RETURNING outbox_event.id
"""


def event_of(*, organisation: Organisation | int, kind: str, about: str, payload: Mapping[str, Any], now: datetime) -> Event:
    """Say for `record` what happened.

    `about` is the order's number; `payload` is what programs get as `data`: keys, states and instants, no personal data.
    """
    return Event(
        organisation_id=organisation if isinstance(organisation, int) else organisation.pk,
        kind=EventType(kind),
        about=about,
        payload=dict(payload),
        happened_at=now,
    )


def record(*events: Event) -> None:
    """Write down what happened, in the caller's transaction: it is told exactly when the fact is committed."""
    Event.objects.bulk_create(events)


@scope(EVERYTHING)
def number_events(*, now: datetime) -> int:
    """Number what has been committed since the last time, write its deliveries, and return how many events that were.

    Any number may run: one works, the others leave.

    The lock is held until the numbers are committed, so they become visible in their order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_NUMBERING_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_NUMBER, [MOST_AT_ONCE])
        numbered = [row[0] for row in cursor.fetchall()]
    fan_out(numbered, now=now)
    return len(numbered)
