"""Hold, book, move and release people's time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from customers.statements import Given, Statement
from scheduling import queries
from scheduling.actions.claiming import Claim, NobodyFree, overlaps
from scheduling.actions.locking import release_unless_locked
from scheduling.models import Booking, StaffMember
from scheduling.needs import Need

EVENT = Booking.Purpose.EVENT
HELD, BOOKED, RELEASED = Booking.State.HELD, Booking.State.BOOKED, Booking.State.RELEASED


class HoldGone(Refusal):
    """The held time expired and somebody else has it now."""

    code = "hold_gone"
    sentence = _("The time that was held for you has been taken in the meantime.")


@transaction.atomic
def hold(
    need: Need,
    *,
    reference: str,
    now: datetime,
    until: datetime,
    prefer: int | None = None,
    ignoring: Iterable[str] = (),
    purpose: str = EVENT,
) -> list[Booking]:
    """Hold one free person for every window until `until`, and give up what the reference held before.

    `ignoring` names a booking that the hold would replace: that time counts as free, and `swap` exchanges the two. A customer's
    three holds at a time are the caller's rule.

    :raises NobodyFree: when nobody is free; an earlier hold of the reference then stays.
    Source: S23, S47, S48
    """
    replaced = [each for each in ignoring if each != reference]

    def write(staff_id: int) -> list[Booking]:
        _held_under(reference).filter(staff=staff_id).update(state=RELEASED, expires_at=None)
        instead_of = _own_booking_in_the_way(staff_id, need, replaced) if replaced else ""
        return _insert(need, staff_id, reference=reference, state=HELD, purpose=purpose, expires_at=until, instead_of=instead_of)

    rows = Claim(need, now, (reference, *replaced), write).of_anyone(prefer)
    release_unless_locked(_held_under(reference).exclude(pk__in=[row.pk for row in rows]))
    return rows


@transaction.atomic
def book(
    reference: str, *, need: Need, now: datetime, prefer: int | None = None, anyone: bool = False, purpose: str = EVENT
) -> list[Booking]:
    """Turn the hold of the reference into a booking; without a live hold try the same person (or `prefer`) and time again.

    With `anyone`, whoever else is free is booked when that person is not.

    :raises HoldGone: when that person is no longer free.
    :raises NobodyFree: when nobody is, and anyone would do.
    Source: S23, S48
    """
    known = _UNDER.ask(reference=reference)
    held = sorted((row for row in known if _is_held(row, now=now)), key=lambda row: row.start_at)
    if _spans(held) == _wanted(need):
        with suppress(HoldGone) if anyone else nullcontext(), transaction.atomic():
            booked = _confirm(held, now=now, reference=reference)
            add_load(Counter(row.staff_id for row in booked))
            return booked
    staff_id = prefer or (known[0].staff_id if known else None)

    def write(staff_id: int) -> list[Booking]:
        if known:
            _held_under(reference).filter(staff=staff_id).update(state=RELEASED, expires_at=None)
        return _insert(need, staff_id, reference=reference, state=BOOKED, purpose=purpose)

    claim = Claim(need, now, (reference,), write)
    rows = claim.of(staff_id) if staff_id else []
    if not rows and anyone:
        rows = claim.of_anyone()
    if not rows:
        raise HoldGone
    if known:
        release_unless_locked(_held_under(reference))
    add_load(Counter({rows[0].staff_id: len(rows)}))
    return rows


_UNDER = Statement(Booking.objects.filter(reference=Given("reference", CharField())).order_by("-pk"))


@transaction.atomic
def swap(old_reference: str, new_reference: str, *, now: datetime, need: Need | None = None) -> list[Booking]:
    """Give up what is booked under the old reference and book there, for good, what the new one holds; all of it or nothing.

    With `need`, an expired hold is tried again with the same person.

    :raises HoldGone: when the new time is no longer there; the old booking then stays.
    Source: S39, S47
    """
    rows = list(queries.bookings_of(new_reference, now=now).filter(needs_cover_since__isnull=True))
    if need and _spans(rows) != _wanted(need):
        rows = _hold_again(need, new_reference, old_reference, now=now)
    if not rows:
        raise HoldGone
    _count, loads = _give_back(old_reference, now=now)
    booked = _confirm(rows, now=now, reference=old_reference)
    loads.update(row.staff_id for row in booked)
    add_load(loads)
    return booked


@transaction.atomic
def release(reference: str, *, now: datetime) -> int:
    """Give back what the reference holds or has booked, except time that is over; return how many stretches. Safe to run twice."""
    count, loads = _give_back(reference, now=now)
    add_load(loads)
    return count


@transaction.atomic
def expire_holds(*, now: datetime, sandbox: int | None = None) -> int:
    """Release every hold whose time is over, if wanted only of a sandbox's stand-ins; return how many.

    Only tidies: no reader counts an expired hold. Safe to run twice.
    """
    holds = Booking.objects.filter(expires_at__lte=now)
    return release_unless_locked(holds.filter(staff__sandbox=sandbox) if sandbox else holds)


@transaction.atomic
def rebook(reference: str, *, need: Need, to: int, now: datetime, wait: bool = True) -> list[Booking]:
    """Give what is booked under the reference the windows of `need` and the person `to`; the rows stay the same.

    Without `wait`, a person whose time somebody else is just taking counts as not free: for callers that hold a lock which others
    take after people's.

    :raises NobodyFree: when the person is not free then, or nothing is booked; nothing changes.
    """
    booked = Booking.objects.filter(reference=reference, state=BOOKED)

    def write(staff_id: int) -> list[Booking]:
        rows = list(booked.select_for_update().order_by("start_at"))
        loads: Counter[int] = Counter()
        for row, (opens_at, closes_at) in zip(rows, _wanted(need), strict=True):
            loads[row.staff_id] -= 1
            loads[staff_id] += 1
            row.staff_id, row.start_at, row.end_at, row.needs_cover_since = staff_id, opens_at, closes_at, None
        add_load(loads)
        Booking.objects.bulk_update(rows, ["staff", "start_at", "end_at", "needs_cover_since"])
        return rows

    rows = Claim(need, now, (reference,), write).of(to, wait=wait) if booked.exists() else []
    if not rows:
        raise NobodyFree
    return rows


def _held_under(reference: str) -> QuerySet[Booking]:
    return Booking.objects.filter(reference=reference, state=HELD)


def _is_held(row: Booking, *, now: datetime) -> bool:
    return row.state == HELD and row.expires_at is not None and row.expires_at > now and row.needs_cover_since is None


def _spans(rows: Sequence[Booking]) -> list[tuple[datetime, datetime]]:
    return [(row.start_at, row.end_at) for row in rows]


def _wanted(need: Need) -> list[tuple[datetime, datetime]]:
    return [(window.opens_at, window.closes_at) for window in need.windows]


def _insert(need: Need, staff_id: int, **values: Any) -> list[Booking]:
    rows = [Booking(staff_id=staff_id, start_at=opens_at, end_at=closes_at, **values) for opens_at, closes_at in _wanted(need)]
    return Booking.objects.bulk_create(rows)


def _give_back(reference: str, *, now: datetime) -> tuple[int, Counter[int]]:
    """Release what is not over; return how many stretches, and by how many bookings it changes whose load."""
    rows = list(Booking.objects.filter(reference=reference, end_at__gt=now).exclude(state=RELEASED).select_for_update().order_by("pk"))
    Booking.objects.filter(pk__in=[row.pk for row in rows]).update(state=RELEASED, expires_at=None, needs_cover_since=None)
    loads: Counter[int] = Counter()
    loads.subtract(row.staff_id for row in rows if row.state == BOOKED)
    return len(rows), loads


def _own_booking_in_the_way(staff_id: int, need: Need, references: Sequence[str]) -> str:
    """Return the reference, among these, under which the person is busy in a window; the new rows may lie over its rows only."""
    overlap = Q()
    for opens_at, closes_at in _wanted(need):
        overlap |= Q(start_at__lt=closes_at, end_at__gt=opens_at)
    own = Booking.objects.filter(overlap, staff=staff_id, reference__in=references).exclude(state=RELEASED)
    return own.values_list("reference", flat=True).first() or ""


def _hold_again(need: Need, reference: str, instead_of: str, *, now: datetime) -> list[Booking]:
    """Win the person whom the expired hold named once more; empty when they are not free."""
    staff_id = Booking.objects.filter(reference=reference).order_by("-pk").values_list("staff", flat=True).first()

    def write(staff_id: int) -> list[Booking]:
        _held_under(reference).filter(staff=staff_id).update(state=RELEASED, expires_at=None)
        shadows = _own_booking_in_the_way(staff_id, need, [instead_of])
        moment = now + timedelta(minutes=1)  # booked before this transaction ends
        return _insert(need, staff_id, reference=reference, state=HELD, purpose=EVENT, expires_at=moment, instead_of=shadows)

    return Claim(need, now, (reference, instead_of), write).of(staff_id) if staff_id else []


def _confirm(rows: Sequence[Booking], *, now: datetime, reference: str) -> list[Booking]:
    """Book these rows under the reference, if all of them still live; the constraint judges them again."""
    pks = [row.pk for row in rows]
    living = Booking.objects.filter(queries.live(now), pk__in=pks)
    try:
        with transaction.atomic():
            confirmed = living.update(state=BOOKED, expires_at=None, instead_of="", reference=reference)
    except IntegrityError as error:
        if not overlaps(error):
            raise
        raise HoldGone from error
    if confirmed != len(pks):
        raise HoldGone
    return list(queries.bookings_of(reference, now=now).filter(pk__in=pks))


def add_load(loads: Mapping[int, int]) -> None:
    """Count bookings given or taken back: once per transaction, in order of id, so that nobody waits in a circle."""
    for staff_id in sorted(loads):
        if loads[staff_id]:
            StaffMember.objects.filter(pk=staff_id).update(load=Greatest(F("load") + loads[staff_id], 0))
