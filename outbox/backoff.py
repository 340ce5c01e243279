"""How long a mail waits before it is tried again."""

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
