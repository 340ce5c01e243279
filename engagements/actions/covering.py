"""The sweep that finds someone else where a person is no longer available."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, connection

from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from engagements import mails
from engagements.actions.appointment_cover import tell_of_unkept_appointments
from engagements.actions.filling import AHEAD, fill_seats, with_empty_seats
from engagements.actions.handing_over import change_all_hands, change_hands
from engagements.actions.locking import lock_all
from engagements.actions.staffing import Pick
from engagements.candidates import Candidate, Pool, booked_role, candidates_for, need_of
from engagements.models import Assignment, Engagement
from engagements.queries import coordinator_staff_for
from scheduling.actions import Change, NobodyFree, reassign
from scheduling.models import Booking
from scheduling.queries import bookings_needing_cover

BATCH = 20  # few enough that whoever orders or ticks never waits long behind a batch
ONE_SWEEP = 0x434F  # keeps this sweep's advisory locks apart from others

Key = TypeVar("Key")


def find_cover(*, now: datetime) -> int:
    """Find someone else wherever a person is no longer available, and return how many engagements changed hands.

    A batch of engagements is one transaction under the scope of everything; when it fails, each of them is one, so that none stops
    the others. Who fits after all keeps it. With nobody free the coordinator is told once, and the next sweep looks again.
    Appointments go to the new person along with the engagement; whose person only cannot keep that time are told of afterwards.
    Safe to run twice and at the same time as itself.

    :raises ExceptionGroup: when all is done, with what kept single engagements from it.
    """
    failures: list[Exception] = []
    marked = bookings_needing_cover(now).filter(purpose=Booking.Purpose.EVENT).values_list("staff__sandbox", "reference")
    covered = _sweep(dict.fromkeys(marked), lambda batch: _cover(batch, now=now), lambda each: _cover_one(each, now=now), failures)
    with scope(EVERYTHING):
        filling = with_empty_seats()
    covered += _sweep(filling, lambda batch: _fill(batch, now=now), lambda each: _fill([each], now=now), failures)
    tell_of_unkept_appointments(now=now)
    if failures:
        raise ExceptionGroup("not covered", failures)
    return covered


def _sweep(
    found: Iterable[tuple[int | None, Key]], together: Callable[[list[Key]], int], alone: Callable[[Key], int], failures: list[Exception]
) -> int:
    """Work through keys, each given after its sandbox, in batches of people who are the same; what fails together is tried alone."""
    by_sandbox: defaultdict[int | None, list[Key]] = defaultdict(list)
    for sandbox, key in found:
        by_sandbox[sandbox].append(key)
    done = 0
    for keys in by_sandbox.values():
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            try:
                done += together(batch)
            except (DatabaseError, Refusal):
                done += sum(_try(alone, each, failures) for each in batch)
    return done


def _try(alone: Callable[[Key], int], key: Key, failures: list[Exception]) -> int:
    try:
        return alone(key)
    except (DatabaseError, Refusal) as failure:
        failures.append(failure)
        return 0


@scope(EVERYTHING)
def _cover(references: Sequence[str], *, now: datetime) -> int:
    """Cover these engagements by the first choice for each.

    :raises NobodyFree: when somebody was faster at one of them.
    """
    marked, wanted = _to_cover(references, now=now)
    if not wanted:
        return 0
    pool = Pool(wanted, now=now)
    chosen: dict[Engagement, Candidate] = {}
    for each in wanted:
        fitting = _fitting(pool.candidates_for(each))
        if fitting:
            chosen[each] = fitting[0]
            pool.choose(each, fitting[0].staff)
        else:
            _tell_coordinator(each, marked[each.reference], now=now)
    reassign(*[Change(each.reference, need_of(each, now=now), to=who.staff.pk) for each, who in chosen.items()], now=now)
    came = {each.pk: pick_of(who, wanted[each], Assignment.Reason.COVER) for each, who in chosen.items() if not who.is_present}
    change_all_hands({each: came[each.pk] for each in lock_all(came)}, because=Assignment.Ended.UNAVAILABLE, now=now)
    return len(came)


@scope(EVERYTHING)
def _cover_one(reference: str, *, now: datetime) -> int:
    """Cover an engagement by whoever can be won, one candidate after the other."""
    marked, wanted = _to_cover([reference], now=now)
    for engagement, role in wanted.items():
        try:
            won = win_next(engagement, role, now=now)
        except NobodyFree:
            _tell_coordinator(engagement, marked[reference], now=now)
            continue
        if not won.is_present:
            change_hands(engagement, pick_of(won, role, Assignment.Reason.COVER), because=Assignment.Ended.UNAVAILABLE, now=now)
            return 1
    return 0


@scope(EVERYTHING)
def _fill(pks: Sequence[int], *, now: datetime) -> int:
    return fill_seats(pks, now=now)


def _to_cover(references: Sequence[str], *, now: datetime) -> tuple[dict[str, Booking], dict[Engagement, str]]:
    """Return the marked bookings by reference, and the engagements that this sweep has to itself with their booked role, in order."""
    ahead = Engagement.objects.filter(reference__in=references, state__in=AHEAD).select_related("package", "organisation")
    ours = {each.reference: each for each in only_sweep_at(ahead.prefetch_related("package__team", "days"))}
    bookings = bookings_needing_cover(now).filter(reference__in=list(ours))  # another sweep may have been faster
    marked = {each.reference: each for each in bookings}
    found = {ours[each]: booked_role(ours[each].package.team.all()) for each in references if each in marked}
    return marked, {engagement: role for engagement, role in found.items() if role and need_of(engagement, now=now).days}


def win_next(engagement: Engagement, role: str, *, now: datetime) -> Candidate:
    """Book the windows to come for the present person if they fit after all, else for the best who does; no row of the team changes.

    A role that needs no booking only names its best. Locks the person's time.

    :raises NobodyFree: when nobody fits.
    """
    is_booked = role == booked_role(engagement.package.team.all())
    for candidate in _fitting(candidates_for(engagement, role=role, now=now)):
        if not is_booked:
            return candidate
        try:
            reassign(Change(engagement.reference, need_of(engagement, now=now), to=candidate.staff.pk), now=now)
        except NobodyFree:  # taken since we looked
            continue
        return candidate
    raise NobodyFree


def pick_of(candidate: Candidate, role: str, reason: str) -> Pick:
    """Turn a candidate into the one to seat."""
    return Pick(role, candidate.staff, reason, candidate.ranked.why)


def only_sweep_at(engagements: Iterable[Engagement]) -> list[Engagement]:
    """Keep a second sweep away from these until this transaction ends, and return those that none is at already.

    Not the engagements' rows: whoever moves an order locks people before that row, and so do we.
    """
    by_id = {each.pk: each for each in engagements}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM unnest(%s::int[]) AS id WHERE pg_try_advisory_xact_lock(%s, id)", [sorted(by_id), ONE_SWEEP])
        return [by_id[pk] for (pk,) in cursor.fetchall()]


def _fitting(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Keep who fits, the present person first."""
    return sorted((each for each in candidates if each.fits), key=lambda each: not each.is_present)


def _tell_coordinator(engagement: Engagement, booking: Booking, *, now: datetime) -> None:
    coordinator = coordinator_staff_for(engagement.organisation_id, now=now)
    if coordinator is not None:
        mails.tell_cover_needed(engagement, coordinator, away=booking.staff, since=booking.needs_cover_since or now, now=now)
