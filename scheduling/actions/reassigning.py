"""Give booked time to somebody else, when whoever has it is no longer available."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from scheduling.actions.booking import add_load
from scheduling.actions.claiming import Claim, NobodyFree
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


@transaction.atomic
def reassign(reference: str, *, need: Need, now: datetime, to: int | None = None) -> list[Booking]:
    """Give the booked windows of `need` to `to`, or else keep the present person if they fit after all, or find another.

    The rows stay the same and lose their mark. Windows outside `need` (days already over) stay with who did them.

    :raises NobodyFree: when nobody fits; nothing changes.
    """
    opens = [window.opens_at for window in need.windows]
    booked = Booking.objects.filter(reference=reference, state=Booking.State.BOOKED, start_at__in=opens)
    present = booked.order_by("-pk").values_list("staff", flat=True).first()

    def write(staff_id: int) -> list[Booking]:
        rows = list(booked.select_for_update().order_by("pk"))
        loads: Counter[int] = Counter()
        for row in rows:
            loads[row.staff_id] -= 1
            loads[staff_id] += 1
        add_load(loads)
        booked.update(staff=staff_id, needs_cover_since=None)
        return list(booked.select_related("staff__user").order_by("start_at"))

    claim = Claim(need, now, (reference,), write)
    if to is None:
        return claim.of_anyone(prefer=present)
    rows = claim.of(to)
    if not rows:
        raise NobodyFree
    return rows


@transaction.atomic
def reassign_all(changes: Collection[Change], *, now: datetime) -> None:
    """Make each change, one after the other, as `reassign` does: all of them or none.

    Locks everyone who comes or goes, in order of id, before anything is written.

    :raises NobodyFree: when somebody is not free any more; nothing changes.
    """
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
