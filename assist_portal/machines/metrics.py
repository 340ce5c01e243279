"""What /metrics tells: what the processes counted, and how the work stands in the database and the broker right now."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from engagements.queries import warnings_lag
from orders.queries import orders_by_state
from outbox import queries as outbox

CONTENT_TYPE = CONTENT_TYPE_LATEST
QUEUE = "celery"  # the one list that kombu keeps for us


@dataclass(frozen=True)
class StateOfWork(Collector):
    """Asked anew for every scrape. A part that cannot be asked is missing from the answer, and /readyz says why."""

    now: datetime

    def collect(self) -> Iterator[Metric]:
        """One metric after the other, so that what fails keeps nothing else back."""
        for look in (self._orders, self._lags, self._queue):
            try:
                yield from look()
            except (DatabaseError, RedisError, OSError):
                continue

    def _orders(self) -> list[Metric]:
        orders = GaugeMetricFamily("portal_orders", "Placed orders by state", labels=["state"])
        for state, count in orders_by_state().items():
            orders.add_metric([state], count)
        return [orders]

    def _lags(self) -> list[Metric]:
        age = outbox.heartbeat_age(self.now)
        lags = {
            "message_lag": ("How long the oldest unsent message has been waiting", outbox.lag(self.now).total_seconds()),
            "warning_lag": ("How long the oldest due warning of a promise has been waiting", warnings_lag(self.now).total_seconds()),
            "heartbeat_age": ("How long ago a worker last answered beat", math.inf if age is None else age.total_seconds()),
        }
        return [GaugeMetricFamily(f"portal_{name}_seconds", text, seconds) for name, (text, seconds) in lags.items()]

    def _queue(self) -> list[Metric]:
        limit = settings.BROKER_PROBE_SECONDS
        once = Retry(NoBackoff(), 0)
        with Redis.from_url(settings.BROKER.client, socket_timeout=limit, socket_connect_timeout=limit, retry=once) as client:
            return [GaugeMetricFamily("portal_queue_depth", "Tasks that wait for a worker", int(client.llen(QUEUE)))]


def page(now: datetime) -> bytes:
    """Write everything in Prometheus' own text form; the counts are those of all web processes together."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(StateOfWork(now))
    return generate_latest(registry)
