"""What /readyz asks: each part of the portal in turn, each with a short limit."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from outbox import queries as outbox

OK = "ok"


def state_of_parts(now: datetime) -> dict[str, str]:
    """Name each part and say `ok`, or what is wrong with it."""
    return {
        "database": _try(_database, DatabaseError),
        "cache": _try(_cache, DatabaseError),
        "broker": _try(_broker, RedisError),
        "heartbeat": _try(lambda: _heartbeat(now), DatabaseError),
    }


def _try(question: Callable[[], str], failure: type[Exception]) -> str:
    """Say the kind of failure only: its text may name hosts."""
    try:
        return question()
    except (failure, OSError) as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _cache() -> str:
    cache.set("readyz", OK, 10)
    return OK if cache.get("readyz") == OK else "forgets"


def _broker() -> str:
    limit = settings.BROKER_PROBE_SECONDS
    with Redis.from_url(settings.BROKER.client, socket_timeout=limit, socket_connect_timeout=limit, retry=Retry(NoBackoff(), 0)) as client:
        client.ping()
    return OK


def _heartbeat(now: datetime) -> str:
    """Beat asks and a worker writes, so an old heartbeat tells of either."""
    age = outbox.heartbeat_age(now)
    if age is None:
        return "none yet"
    return OK if age <= settings.OLDEST_HEARTBEAT else f"{int(age.total_seconds())} s old"
