"""Give booked time to somebody else, when whoever has it is no longer available."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from scheduling.actions.booking import add_load
from scheduling.actions.claiming import NobodyFree, overlaps
from scheduling.actions.locking import drop_expired_holds, lock
from scheduling.models import Booking
from scheduling.needs import Need
from scheduling.queries import free_ids


@dataclass(frozen=True, slots=True)
class Change:
    """The booked windows of a need, under this reference, become somebody's."""

    reference: str
    need: Need
    to: int


def reassign(*changes: Change, now: datetime) -> None:
    """Make each change, one after the other: all of them or none. The rows stay the same and lose their mark.

    Windows outside a need (days already over) stay with who did them. Locks everyone who comes or goes, in order of id, before
    anything is written.

    :raises NobodyFree: when somebody is not free (any more), or nothing is booked; nothing changes.
    """
    try:
        with transaction.atomic():
            _reassign(changes, now=now)
    except IntegrityError as error:
        if not overlaps(error):
            raise
        raise NobodyFree from error


def _reassign(changes: Collection[Change], *, now: datetime) -> None:
    booked = Booking.objects.filter(reference__in=[each.reference for each in changes], state=Booking.State.BOOKED)
    lock(*sorted({each.to for each in changes} | set(booked.values_list("staff", flat=True))))
    drop_expired_holds(*{each.to for each in changes}, now=now)
    rows = list(booked.select_for_update().order_by("pk"))
    loads: Counter[int] = Counter()
    for change in changes:
        _hand_over(change, [row for row in rows if row.reference == change.reference], loads, now=now)
    add_load(loads)


def _hand_over(change: Change, booked: Sequence[Booking], loads: Counter[int], *, now: datetime) -> None:
    opens = {window.opens_at for window in change.need.windows}
    rows = [row for row in booked if row.start_at in opens]
    if not rows or not free_ids(change.need, now=now, ignoring=[change.reference], among=[change.to]):
        raise NobodyFree
    Booking.objects.filter(pk__in=[row.pk for row in rows]).update(staff=change.to, needs_cover_since=None)
    loads.subtract(row.staff_id for row in rows)
    loads[change.to] += len(rows)
