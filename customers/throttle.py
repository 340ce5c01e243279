"""How often something may be tried. The counters lie in PostgreSQL: losing Valkey forgets no guess."""

from datetime import datetime, timedelta
from math import ceil

from django.db import connection
from django.utils.crypto import salted_hmac

from customers.models import RateCount

_COUNT = """
INSERT INTO customers_ratecount AS had (key, count, ends_at) VALUES (%(key)s, 1, %(ends_at)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN had.ends_at <= %(now)s THEN 1 ELSE had.count + 1 END,
    ends_at = CASE WHEN had.ends_at <= %(now)s THEN excluded.ends_at ELSE had.ends_at END
RETURNING count
"""


def too_many(key: str, limit: int, seconds: int, now: datetime) -> bool:
    """Count one try and tell whether the limit within the span is passed; the span begins with its first try.

    Concurrent tries wait for each other and each is counted. A try is forgotten with its transaction: a view that refuses
    must answer, not raise, or the savepoint around it takes the count along. With several keys, always in the same order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": _digest(key), "now": now, "ends_at": now + timedelta(seconds=seconds)})
        return bool(cursor.fetchone()[0] > limit)


def seconds_until_free(key: str, now: datetime) -> int:
    """Return what Retry-After says: at least 1 second while a span lasts, 0 without one."""
    ends_at = RateCount.objects.filter(key=_digest(key), ends_at__gt=now).values_list("ends_at", flat=True).first()
    return ceil((ends_at - now).total_seconds()) if ends_at else 0


def forget_counts(*, now: datetime) -> int:
    """Delete what no longer counts, and return how many rows that was."""
    return RateCount.objects.filter(ends_at__lte=now).delete()[0]


def _digest(key: str) -> str:
    """Keep addresses and e-mails out of the table."""
    return salted_hmac("customers.throttle", key, algorithm="sha256").hexdigest()
