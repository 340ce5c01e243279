"""The record of posting: which deliveries are due, and what came of each. Nothing here talks to a receiver."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from customers.tenancy import EVERYTHING, scope
from outbox.actions.mails import CLAIM_LASTS
from outbox.actions.webhooks import disable_endpoint
from outbox.backoff import wait_before_post
from outbox.headers import one_line
from outbox.hooks.posting import Outcome
from outbox.models import Delivery, Lease, State, WebhookEndpoint

AT_ONCE_PER_ENDPOINT = 4  # a slow receiver keeps so many waiting, and nobody else
FAILING_FOR = timedelta(days=3)

# A few of each endpoint, so that a long queue of one leaves room for all others; what is under way counts.
_DUE = """
SELECT next.id FROM outbox_webhookendpoint endpoint
CROSS JOIN LATERAL (
    SELECT delivery.id, delivery.due_at FROM outbox_delivery delivery
    WHERE delivery.endpoint_id = endpoint.id AND delivery.state = 'QUEUED' AND delivery.due_at <= %(now)s
    AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= %(now)s)
    ORDER BY delivery.due_at, delivery.id
    LIMIT greatest(0, %(each)s - (
        SELECT count(*) FROM outbox_delivery busy
        WHERE busy.endpoint_id = endpoint.id AND busy.state = 'QUEUED' AND busy.claimed_until > %(now)s))
) next
WHERE endpoint.disabled_at IS NULL ORDER BY next.due_at, next.id LIMIT %(limit)s
"""
# Said by the event's kind alone, so no join is needed; each endpoint gets each event once whatever runs how often.
_FAN_OUT = """
INSERT INTO outbox_delivery (organisation_id, endpoint_id, event_id, key, state, due_at, attempts, created_at, last_error)
SELECT event.organisation_id, endpoint.id, event.id, substr(md5(random()::text || event.id || endpoint.id), 1, 16),
    CASE WHEN endpoint.disabled_at IS NULL THEN 'QUEUED' ELSE 'FAILED' END, %(now)s, 0, %(now)s,
    CASE WHEN endpoint.disabled_at IS NULL THEN '' ELSE 'the endpoint is switched off' END
FROM outbox_event event JOIN outbox_webhookendpoint endpoint ON endpoint.organisation_id = event.organisation_id
WHERE event.id = ANY(%(events)s) AND (endpoint.kinds = '{}' OR endpoint.kinds @> ARRAY[event.kind]::varchar[])
ON CONFLICT (endpoint_id, event_id) DO NOTHING
"""


def fan_out(events: Sequence[int], *, now: datetime) -> None:
    """Write a delivery of each event for each endpoint that wants it; in the transaction that numbers the events.

    What an endpoint misses while it is switched off stands there too, so that it can be asked for.
    """
    if events:
        with connection.cursor() as cursor:
            cursor.execute(_FAN_OUT, {"events": list(events), "now": now})


@scope(EVERYTHING)
def claim_deliveries(*, now: datetime, limit: int) -> list[Delivery]:
    """Take what is due, at most four at a time of each endpoint, for this sender alone until the claim runs out. Locks what it takes."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "each": AT_ONCE_PER_ENDPOINT, "limit": limit})
        due = [row[0] for row in cursor.fetchall()]
    queued = Delivery.objects.filter(pk__in=due, state=State.QUEUED).select_related("endpoint", "event")
    claimed = list(queued.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)))
    for each in claimed:
        each.claimed_until = now + CLAIM_LASTS
        each.attempts += 1
        each.save(update_fields=["claimed_until", "attempts"])
    return claimed


@scope(EVERYTHING)
def record_outcome(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Note what came of an attempt: taken, tried again later, or given up. Leaves alone what another sender has claimed meanwhile.

    Source: promises row 42
    """
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED, claimed_until=delivery.claimed_until)
    if outcome.is_taken:
        ours.update(state=State.SENT, sent_at=now, claimed_until=None, last_status=outcome.status, last_error="")
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(failing_since=None)
        return
    wait = wait_before_post(delivery.attempts, random.random(), outcome.retry_after)  # noqa: S311 - spreads retries, guards nothing
    said = {"claimed_until": None, "last_status": outcome.status, "last_error": one_line(outcome.error)[:200] or "refused"}
    if wait is None:
        ours.update(state=State.FAILED, **said)
    else:
        ours.update(due_at=now + wait, **said)
    WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=True).update(failing_since=now)
    _give_up(delivery, outcome, is_last=wait is None, now=now)


def _give_up(delivery: Delivery, outcome: Outcome, *, is_last: bool, now: datetime) -> None:
    """Switch the endpoint off when it says that it is gone, or has taken nothing for three days."""
    endpoint = WebhookEndpoint.objects.get(pk=delivery.endpoint_id)
    if outcome.is_gone:
        disable_endpoint(endpoint=endpoint, because=WebhookEndpoint.Because.GONE, now=now)
    elif is_last and endpoint.failing_since and now - endpoint.failing_since >= FAILING_FOR:
        disable_endpoint(endpoint=endpoint, because=WebhookEndpoint.Because.FAILING, now=now)


@scope(EVERYTHING)
def take_lease(name: str, *, until: datetime, now: datetime) -> bool:
    """Take on a job that one worker does at a time; False while another has it. After a crash it is free when its time has run out."""
    Lease.objects.bulk_create([Lease(name=name, until=now)], ignore_conflicts=True)
    return bool(Lease.objects.filter(name=name, until__lte=now).update(until=until))


@scope(EVERYTHING)
def end_lease(name: str, *, now: datetime) -> None:
    """Let the next one have it."""
    Lease.objects.filter(name=name).update(until=now)
