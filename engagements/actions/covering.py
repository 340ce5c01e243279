"""Someone else takes over: found by the sweep when a person is no longer available, or chosen by hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import PackageRole, StaffRole
from customers.models import User
from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from engagements import mails
from engagements.actions.closing import EngagementOver, lock
from engagements.actions.crediting import credited_to
from engagements.actions.staffing import booked_role, seat, staffed_state, unseat
from engagements.models import Assignment, Engagement
from engagements.queries import coordinator_staff_for, current_assignments, least_busy
from scheduling.actions.booking import reassign
from scheduling.actions.claiming import NobodyFree
from scheduling.models import Booking, StaffMember
from scheduling.needs import Need
from scheduling.queries import bookings_needing_cover
from scheduling.windows import NOTHING, EventDay, Rule

AHEAD = (Engagement.State.OPEN, Engagement.State.STAFFED, Engagement.State.RUNNING)
CHOSEN_BY_LOAD = (StaffRole.PM, StaffRole.COORDINATOR)
ONE_SWEEP = 0x434F  # keeps this sweep's advisory locks apart from others


class LacksRole(Refusal):
    """The person does not do this."""

    code = "lacks_role"
    sentence = _("This person does not have the role that is needed.")


def find_cover(*, now: datetime) -> int:
    """Find someone else wherever a person is no longer available, and return how many engagements changed hands.

    Each engagement is its own transaction under the scope of everything. Who fits after all keeps it. With nobody free the
    coordinator is told once, and the next sweep looks again. Safe to run twice and at the same time as itself.
    """
    references = dict.fromkeys(bookings_needing_cover(now).values_list("reference", flat=True))
    covered = sum(_cover(reference, now=now) for reference in references)
    return covered + sum(_fill_seats(pk, now=now) for pk in _with_empty_seats())


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
        if role == booked_role(engagement.package.team.all()):
            reassign(engagement.reference, need=_need(engagement, now=now), now=now, to=staff_id)
        elif not staff.is_active or role not in staff.roles:
            raise LacksRole
        return _change_hands(engagement, role, staff, reason=Assignment.Reason.CHOSEN, because=Assignment.Ended.REPLACED, now=now)


@scope(EVERYTHING)
def _cover(reference: str, *, now: datetime) -> bool:
    engagement = Engagement.objects.filter(reference=reference, state__in=AHEAD).select_related("package", "organisation").first()
    if engagement is None or not _only_sweep_at(engagement):
        return False
    marked = bookings_needing_cover(now).filter(reference=reference).first()
    role = booked_role(engagement.package.team.all())
    if marked is None or role is None:  # another sweep was faster
        return False
    try:
        staff = reassign(reference, need=_need(engagement, now=now), now=now)[0].staff
    except NobodyFree:
        _tell_coordinator(engagement, marked, now=now)
        return False
    if current_assignments(engagement).filter(role=role, staff=staff).exists():
        return False
    _change_hands(engagement, role, staff, reason=Assignment.Reason.COVER, because=Assignment.Ended.UNAVAILABLE, now=now)
    return True


def _only_sweep_at(engagement: Engagement) -> bool:
    """Keep a second sweep away until this transaction ends.

    Not the engagement's row: whoever moves an order locks people before that row, and so do we.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ONE_SWEEP, engagement.pk])
        return bool(cursor.fetchone()[0])


def _need(engagement: Engagement, *, now: datetime) -> Need:
    """Ask for the windows that were booked and are not over, as they were booked: the package's figures may have changed since."""
    package = engagement.package
    days = engagement.days.filter(window_ends_at__gt=now).order_by("position")
    return Need(
        role=booked_role(package.team.all()) or "",
        family_id=package.family_id if package.requires_certificate else None,
        language=engagement.assist_language,
        zone=engagement.zone,
        days=tuple(EventDay(day.window_starts_at, day.window_ends_at) for day in days),
        rule=Rule(lead_in=NOTHING),
    )


def _change_hands(engagement: Engagement, role: str, staff: StaffMember, *, reason: str, because: str, now: datetime) -> Assignment:
    current = lock(engagement)
    if current.is_over:
        raise EngagementOver
    team = list(current_assignments(current))
    left = [each for each in team if each.role == role]
    unseat(left, because=because, now=now)
    came = seat(current, [(role, staff, reason)], now=now)[0]
    _put_state(current, [came, *(each for each in team if each not in left)])
    mails.tell_covered(current, left=left, came=came, now=now)
    return came


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
    found = least_busy(_missing(needs, stayed), language=engagement.assist_language, now=now, taken=[each.staff_id for each in stayed])
    people = [(str(role), staff, str(Assignment.Reason.LEAST_LOADED)) for role, chosen in found.items() for staff in chosen]
    if not people:
        return False
    unseat(gone, because=Assignment.Ended.UNAVAILABLE, now=now)
    came = seat(engagement, people, now=now)
    _put_state(engagement, [*stayed, *came])
    mails.tell_assigned(engagement, came, days=list(engagement.days.order_by("position")), now=now)
    return True


def _still_does(assignment: Assignment) -> bool:
    return assignment.staff.is_active and assignment.role in assignment.staff.roles


def _missing(needs: Sequence[PackageRole], team: Sequence[Assignment]) -> dict[StaffRole, int]:
    wanted = {StaffRole(need.role): need.count for need in needs if not need.books_window}
    wanted.setdefault(StaffRole.COORDINATOR, 1)
    missing = {role: count - sum(each.role == role for each in team) for role, count in wanted.items()}
    return {role: count for role, count in missing.items() if count > 0}
