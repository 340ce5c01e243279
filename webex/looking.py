"""When the portal looks at a meeting on a site, whether or not anybody told it to. Polling alone must find everything."""

from datetime import datetime, timedelta

FIRST_LOOK_BEFORE_END = timedelta(minutes=5)  # how often while it may be running
NOTHING_YET = timedelta(minutes=30)  # how often while it should have ended, and nothing of it has been seen
GIVE_UP_WITHOUT_ANYTHING = timedelta(days=3)
RECORDING_MAY_COME = timedelta(minutes=15)  # details appear a quarter of an hour after the end
RECORDINGS_UNTIL = timedelta(hours=48)  # Source: S93
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=4)

# What belongs to one event day: it may begin early, end late, and be told late.
EARLY, LATE = timedelta(hours=6), timedelta(hours=12)


def next_look(*, starts_at: datetime, ends_at: datetime, ended_at: datetime | None, now: datetime) -> datetime | None:
    """When to look again after having looked at `now`; None when nothing more is expected.

    At the start, every five minutes until the end is known, from a quarter of an hour after it at growing distances until 48 hours after.
    """
    if now < starts_at:
        return starts_at
    if ended_at is None:
        if now < ends_at + LATE:
            return now + FIRST_LOOK_BEFORE_END
        return now + NOTHING_YET if now < ends_at + GIVE_UP_WITHOUT_ANYTHING else None
    if now < ended_at + RECORDING_MAY_COME:
        return ended_at + RECORDING_MAY_COME
    if now >= ended_at + RECORDINGS_UNTIL:
        return None
    step = min(max((now - ended_at) / 6, SHORTEST), LONGEST)
    return min(now + step, ended_at + RECORDINGS_UNTIL)


def belongs(started_at: datetime | None, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether what started then can be this event day."""
    return started_at is not None and starts_at - EARLY <= started_at <= ends_at + LATE


def wait_after_trouble(*, since: datetime, now: datetime) -> timedelta:
    """How long to leave a site alone that gives no answer: as long as it has been so, between one minute and a quarter of an hour."""
    return min(max(now - since, timedelta(minutes=1)), timedelta(minutes=15))
