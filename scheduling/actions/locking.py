"""The lock on one person's time: whoever takes time of a person, or sends them on leave, holds it until the transaction ends.

Two rules keep anyone from waiting in a circle: a transaction takes this lock before it changes bookings (so: hold first, release
or swap afterwards), and releasing holds never waits for a row that somebody else has locked.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from scheduling.models import Booking

PURPOSE = 0x5747  # keeps these advisory locks apart from those of other tables

# PostgreSQL tries one id after the other, and stops at the first that it gets.
_TRY = "SELECT id FROM unnest(%s::int[]) AS id WHERE pg_try_advisory_xact_lock(%s, id) LIMIT 1"


def try_lock(staff_ids: Sequence[int]) -> int | None:
    """Lock the first of these people whom nobody else has locked, and return who it is. Waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [list(staff_ids), PURPOSE])
        row = cursor.fetchone()
    return row[0] if row else None


def lock(*staff_ids: int) -> None:
    """Lock these people one after the other, and wait for whoever has them; several are given in order of id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS id", [PURPOSE, list(staff_ids)])


def drop_expired_holds(*staff_ids: int, now: datetime) -> None:
    """Release the expired holds of locked people: the constraint knows no clock."""
    release_unless_locked(Booking.objects.filter(staff__in=staff_ids, expires_at__lte=now))


def release_unless_locked(holds: QuerySet[Booking]) -> int:
    """Release these holds, except those that another transaction is just booking or releasing; return how many."""
    ours = holds.filter(state=Booking.State.HELD).select_for_update(skip_locked=True)
    return Booking.objects.filter(pk__in=list(ours.values_list("pk", flat=True))).update(state=Booking.State.RELEASED, expires_at=None)
