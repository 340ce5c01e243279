"""Someone else takes over: found by the sweep when a person is no longer available, or chosen by hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import PackageRole, StaffRole
from customers.models import User
from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from engagements import mails
from engagements.actions.appointment_cover import tell_of_unkept_appointments
from engagements.actions.appointments import hand_over_appointments
from engagements.actions.crediting import credited_to
from engagements.actions.locking import EngagementOver, lock
from engagements.actions.staffing import Pick, best_picks, seat, staffed_state, unseat
from engagements.candidates import NOT_AGAIN, Candidate, booked_role, candidates_for, need_of
from engagements.models import Assignment, Engagement
from engagements.queries import coordinator_staff_for, current_assignments
from scheduling.actions.booking import reassign
from scheduling.actions.claiming import NobodyFree
from scheduling.models import Booking, StaffMember
from scheduling.queries import bookings_needing_cover

AHEAD = (Engagement.State.OPEN, Engagement.State.STAFFED, Engagement.State.RUNNING)
CHOSEN_BY_LOAD = (StaffRole.PM, StaffRole.COORDINATOR)
ONE_SWEEP = 0x434F  # keeps this sweep's advisory locks apart from others


class StillTheirs(Exception):
    """The person has answered in the meantime, or somebody else sits there already."""


class LacksRole(Refusal):
    """The person does not do this."""

    code = "lacks_role"
    sentence = _("This person does not have the role that is needed.")


def find_cover(*, now: datetime) -> int:
    """Find someone else wherever a person is no longer available, and return how many engagements changed hands.

    Each engagement is its own transaction under the scope of everything. Who fits after all keeps it. With nobody free the
    coordinator is told once, and the next sweep looks again. Appointments go to the new person along with the engagement; whose
    person only cannot keep that time are told of afterwards. Safe to run twice and at the same time as itself.
    """
    marked = bookings_needing_cover(now).filter(purpose=Booking.Purpose.EVENT)
    covered = sum(_cover(reference, now=now) for reference in dict.fromkeys(marked.values_list("reference", flat=True)))
    covered += sum(_fill_seats(pk, now=now) for pk in _with_empty_seats())
    tell_of_unkept_appointments(now=now)
    return covered


def substitute(engagement: Engagement, *, role: str, staff_id: int, by: User | None, now: datetime) -> Assignment:
    """Put someone chosen by hand in a role, in place of who has it; for the booked role the booked time moves along.

    Who comes, who leaves and the customer are told. Locks the person's time, then the engagement.

    :raises NobodyFree: when the person is not free for all windows to come, or cannot do it.
    :raises LacksRole: when a person who needs no booking does not have the role.
    :raises EngagementOver: when the event has taken place or was cancelled.
    Source: S74
    """
    with transaction.atomic(), credited_to(by):
        staff = StaffMember.objects.select_related("user").get(pk=staff_id)
        why = next((each.ranked.why for each in candidates_for(engagement, role=role, now=now) if each.staff == staff), ())
        if role == booked_role(engagement.package.team.all()):
            need = need_of(engagement, now=now)
            if not need.days:  # the last window has closed, though no sweep has said so yet
                raise EngagementOver
            reassign(engagement.reference, need=need, now=now, to=staff_id)
        elif not staff.is_active or role not in staff.roles:
            raise LacksRole
        pick = Pick(role, staff, Assignment.Reason.CHOSEN, why)
        return change_hands(engagement, pick, because=Assignment.Ended.REPLACED, now=now)


@scope(EVERYTHING)
def _cover(reference: str, *, now: datetime) -> bool:
    engagement = Engagement.objects.filter(reference=reference, state__in=AHEAD).select_related("package", "organisation").first()
    if engagement is None or not only_sweep_at(engagement):
        return False
    marked = bookings_needing_cover(now).filter(reference=reference).first()
    role = booked_role(engagement.package.team.all())
    if marked is None or role is None:  # another sweep was faster
        return False
    try:
        won = win_next(engagement, role, now=now)
    except NobodyFree:
        _tell_coordinator(engagement, marked, now=now)
        return False
    if won.is_present:
        return False
    change_hands(engagement, pick_of(won, role, Assignment.Reason.COVER), because=Assignment.Ended.UNAVAILABLE, now=now)
    return True


def win_next(engagement: Engagement, role: str, *, now: datetime) -> Candidate:
    """Book the windows to come for the present person if they fit after all, else for the best who does; no row of the team changes.

    A role that needs no booking only names its best. Locks the person's time.

    :raises NobodyFree: when nobody fits.
    """
    fitting = [each for each in candidates_for(engagement, role=role, now=now) if each.fits]
    is_booked = role == booked_role(engagement.package.team.all())
    for candidate in sorted(fitting, key=lambda each: not each.is_present):
        if not is_booked:
            return candidate
        try:
            reassign(engagement.reference, need=need_of(engagement, now=now), now=now, to=candidate.staff.pk)
        except NobodyFree:  # taken since we looked
            continue
        return candidate
    raise NobodyFree


def pick_of(candidate: Candidate, role: str, reason: str) -> Pick:
    """Turn a candidate into the one to seat."""
    return Pick(role, candidate.staff, reason, candidate.ranked.why)


def only_sweep_at(engagement: Engagement) -> bool:
    """Keep a second sweep away until this transaction ends.

    Not the engagement's row: whoever moves an order locks people before that row, and so do we.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ONE_SWEEP, engagement.pk])
        return bool(cursor.fetchone()[0])


def change_hands(engagement: Engagement, pick: Pick, *, because: str, now: datetime, instead_of: Assignment | None = None) -> Assignment:
    """Seat someone in place of whoever has the role; who comes, who leaves and the customer are told. Locks the engagement.

    :raises EngagementOver: when the event has taken place or was cancelled.
    :raises StillTheirs: when `instead_of` was given and that seat is no longer one to replace.
    """
    current = lock(engagement)
    if current.is_over:
        raise EngagementOver
    if instead_of and not to_replace().select_for_update(of=("self",)).filter(pk=instead_of.pk).exists():
        raise StillTheirs
    team = list(current_assignments(current))
    left = [each for each in team if each.role == pick.role]
    unseat(left, because=because, now=now)
    came = seat(current, [pick], opens_at=opens_next(current, now=now), now=now)[0]
    _put_state(current, [came, *(each for each in team if each not in left)])
    hand_over_appointments(current, role=pick.role, staff=pick.staff, now=now)
    mails.tell_covered(current, left=left, came=came, now=now)
    return came


def to_replace() -> QuerySet[Assignment]:
    """Select the seats whose person said no, or nothing."""
    return Assignment.objects.filter(ended_at__isnull=True, answer__in=[Assignment.Answer.DECLINED, Assignment.Answer.SILENT])


def opens_next(engagement: Engagement, *, now: datetime) -> datetime:
    """Return when the next staffed window opens; the start of the event when none is to come."""
    windows = engagement.days.filter(window_starts_at__gt=now).order_by("window_starts_at").values_list("window_starts_at", flat=True)
    return windows.first() or engagement.starts_at


def _put_state(engagement: Engagement, team: Iterable[Assignment]) -> None:
    if engagement.state != Engagement.State.RUNNING:
        engagement.state = staffed_state(engagement.package.team.all(), [each.role for each in team])
        engagement.save(update_fields=["state"])


def _tell_coordinator(engagement: Engagement, booking: Booking, *, now: datetime) -> None:
    coordinator = coordinator_staff_for(engagement.organisation_id, now=now)
    if coordinator is not None:
        mails.tell_cover_needed(engagement, coordinator, away=booking.staff, since=booking.needs_cover_since or now, now=now)


@scope(EVERYTHING)
def _with_empty_seats() -> list[int]:
    """Find engagements ahead that wait for a person, or whose PM or coordinator left or does something else now."""
    gone = [
        Assignment.objects.filter(role=role, ended_at__isnull=True, engagement__state__in=AHEAD)
        .exclude(staff__is_active=True, staff__roles__contains=[role])
        .values_list("engagement", flat=True)
        for role in CHOSEN_BY_LOAD
    ]
    waiting = Engagement.objects.filter(state=Engagement.State.OPEN).values_list("pk", flat=True)
    return sorted({*waiting, *gone[0], *gone[1]})


@scope(EVERYTHING)
def _fill_seats(engagement_pk: int, *, now: datetime) -> bool:
    """Give the roles that need no booking to whoever is least busy, where they are empty. Locks the engagement."""
    engagement = lock(Engagement(pk=engagement_pk))
    if engagement.state not in AHEAD:
        return False
    team = list(current_assignments(engagement))
    gone = [each for each in team if each.role in CHOSEN_BY_LOAD and not _still_does(each)]
    stayed = [each for each in team if each not in gone]
    needs = list(engagement.package.team.all())
    people = best_picks(
        _missing(needs, stayed),
        organisation_id=engagement.organisation_id,
        language=engagement.assist_language,
        zone=engagement.zone,
        now=now,
        taken=[each.staff_id for each in stayed],
        never=_said_no(engagement),
    )
    if not people:
        return False
    unseat(gone, because=Assignment.Ended.UNAVAILABLE, now=now)
    came = seat(engagement, people, opens_at=opens_next(engagement, now=now), now=now)
    _put_state(engagement, [*stayed, *came])
    mails.tell_assigned(engagement, came, days=list(engagement.days.order_by("position")), now=now)
    return True


def _said_no(engagement: Engagement) -> set[tuple[str, int]]:
    return set(Assignment.objects.filter(engagement=engagement, answer__in=NOT_AGAIN).values_list("role", "staff"))


def _still_does(assignment: Assignment) -> bool:
    return assignment.staff.is_active and assignment.role in assignment.staff.roles


def _missing(needs: Sequence[PackageRole], team: Sequence[Assignment]) -> dict[StaffRole, int]:
    wanted = {StaffRole(need.role): need.count for need in needs if not need.books_window}
    wanted.setdefault(StaffRole.COORDINATOR, 1)
    missing = {role: count - sum(each.role == role for each in team) for role, count in wanted.items()}
    return {role: count for role, count in missing.items() if count > 0}
