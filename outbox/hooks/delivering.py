"""Posting what is due: many at once, a few to each endpoint, so that a slow receiver slows nobody else. Source: promises row 42"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from customers.sealing import unseal
from outbox.actions.posting import claim_deliveries, end_lease, record_outcome, take_lease
from outbox.hooks.posting import Outcome, Posting, post
from outbox.hooks.signing import body_of, headers_of
from outbox.models import Delivery, WebhookEndpoint

Clock = Callable[[], datetime]
AT_ONCE = 32
JOB = "webhooks"
LOOK_AGAIN = 0.2  # seconds, while posts are under way


def deliver_webhooks(*, clock: Clock, at_most: timedelta) -> int:
    """Post what is due until nothing is, or the time is up; return how many were taken.

    One worker at a time takes on new posts; while it waits for its last slow receivers, the next one may begin.
    """
    started = clock()
    if not take_lease(JOB, until=started + 3 * at_most, now=started):
        return 0
    taken = 0
    under_way: dict[Future[Outcome], Delivery] = {}
    with _loop() as loop:
        while clock() < started + at_most:
            for delivery in claim_deliveries(now=clock(), limit=AT_ONCE - len(under_way)) if len(under_way) < AT_ONCE else []:
                under_way[asyncio.run_coroutine_threadsafe(_post(delivery, clock()), loop)] = delivery
            if not under_way:
                break
            taken += _record(under_way, clock=clock)
        end_lease(JOB, now=clock())
        while under_way:
            taken += _record(under_way, clock=clock)
    return taken


def live_secrets(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """The secrets to sign with, the newest first."""
    sealed = [endpoint.sealed_secret]
    if endpoint.former_secret_until and now < endpoint.former_secret_until:
        sealed.append(endpoint.sealed_former_secret)
    return [unseal(each) for each in sealed]


def _post(delivery: Delivery, now: datetime) -> Coroutine[Any, Any, Outcome]:
    body = body_of(delivery.event)
    headers = headers_of(delivery.event, body, live_secrets(delivery.endpoint, now=now), now=now)
    return post(Posting(delivery.endpoint.url, body, headers), loopback=settings.WEBHOOKS_TO_LOOPBACK, now=now)


def _record(under_way: "dict[Future[Outcome], Delivery]", *, clock: Clock) -> int:
    """Note what has come back within a moment."""
    done, _rest = wait(under_way, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
    taken = 0
    for each in done:
        outcome = each.result()
        record_outcome(under_way.pop(each), outcome, now=clock())
        taken += outcome.is_taken
    return taken


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Posts run in a thread of their own, which never touches the database."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True, name="webhooks")
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
