"""How often programs call. Counted in Valkey: while it is away nobody is refused, because orders matter more.

Source: promises row 32
"""

import time
from functools import lru_cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

WINDOW_SECONDS = 60
_PATIENCE = 0.1  # a slow broker must not make ordering slow
_LEAVE_ALONE = 5.0  # seconds without asking a broker that failed


class Counter:
    """Counts in windows of a minute, and leaves a broker that fails alone for a while."""

    def __init__(self, url: str) -> None:
        self.client = Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0))
        self.away_until = 0.0

    def count(self, name: str, *, by: int = 1) -> int:
        """Return how many there were in this window, this one included; 0 when nobody can tell."""
        if time.monotonic() < self.away_until:
            return 0
        key = f"rate:{name}:{int(time.time() // WINDOW_SECONDS)}"
        try:
            with self.client.pipeline(transaction=False) as asked:
                asked.incrby(key, by)
                asked.expire(key, WINDOW_SECONDS * 2)
                return int(asked.execute()[0])
        except (RedisError, OSError):
            self.away_until = time.monotonic() + _LEAVE_ALONE
            return 0


@lru_cache(maxsize=1)
def counter() -> Counter:
    """One connection pool for the process."""
    return Counter(settings.BROKER.client)


def seconds_left() -> int:
    """How long this window lasts, at least one second."""
    return WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS


def too_many_bad_keys(address: str) -> bool:
    """Count a call with a key that opens nothing, and tell whether this address has tried too many."""
    most: int = settings.API_BAD_KEYS_PER_MINUTE
    return counter().count(f"bad:{address}") > most
