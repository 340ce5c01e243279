"""How long a mail or a webhook waits before it is tried again."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)  # so that a mail server's return is noticed soon
MOST_ATTEMPTS = 300  # two days: a mail server's bad weekend; then a person looks
SPREAD = 0.2  # retries of one outage do not all come back in the same second


def wait_before_retry(attempts: int, luck: float) -> timedelta:
    """Return 10 s after the first attempt, doubling up to 10 minutes, each 20 % more or less.

    `luck` is drawn from [0, 1).
    """
    doublings = min(attempts, 32) - 1  # beyond 32 the longest wait rules anyway, and the number stays small
    wait = min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
    return wait * (1 - SPREAD + 2 * SPREAD * luck)


# Webhooks: the waits that Standard Webhooks recommends, three days and a few hours in all. Source: promises row 42
WEBHOOK_WAITS = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5), timedelta(hours=10),
    timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip


def wait_before_post(attempts: int, luck: float, asked: timedelta | None = None) -> timedelta | None:
    """Return the wait after so many attempts, 20 % more or less, and at least what the receiver asked for, up to a day; None: give up."""
    if attempts > len(WEBHOOK_WAITS):
        return None
    wait = WEBHOOK_WAITS[attempts - 1] * (1 - SPREAD + 2 * SPREAD * luck)
    return max(wait, min(asked or timedelta(0), WEBHOOK_WAITS[-1]))
