"""Who is put on an engagement and taken off it; history stays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from catalog.models import PackageRole, StaffRole
from engagements.candidates import booked_role
from engagements.events import of_staffed
from engagements.links import hashed, new_token
from engagements.models import Assignment, Engagement
from engagements.queries import coordinator_staff_for, is_staffed
from engagements.ranking import Reason
from engagements.timeline import working_days_later
from engagements.unbooked import Chosen, best_for
from outbox.actions import record
from scheduling.models import StaffMember

# The coordinator is the customer's own and is not asked each time; stand-ins of a sandbox are always willing.
ASKED_ROLES = (StaffRole.PM, StaffRole.ANALYST, StaffRole.PRODUCER)


@dataclass(frozen=True, slots=True)
class Pick:
    """Someone for a role, and why this person."""

    role: str
    staff: StaffMember
    reason: str
    why: tuple[Reason, ...] = ()


def choose_team(
    team: Sequence[PackageRole], *, booked: StaffMember | None, organisation_id: int, language: str, zone: str, now: datetime
) -> list[Pick]:
    """Say who takes which role and why: the booked person, the best suited for what has no event booking, the customer's coordinator."""
    role = booked_role(team)
    chosen = [Pick(role, booked, str(Assignment.Reason.BOOKED))] if role and booked else []
    wanted = {StaffRole(need.role): need.count for need in team if not need.books_window and need.role != StaffRole.COORDINATOR}
    taken = [booked.pk] if booked else []
    chosen += best_picks(best_for(wanted, organisation_id=organisation_id, language=language, zone=zone, now=now, taken=taken))
    coordinator = coordinator_staff_for(organisation_id, now=now)
    return [*chosen, Pick(str(StaffRole.COORDINATOR), coordinator, str(Assignment.Reason.CUSTOMERS_OWN))] if coordinator else chosen


def best_picks(found: Chosen) -> list[Pick]:
    """Seat the best suited for roles that need no booking."""
    reason = str(Assignment.Reason.BEST)
    return [Pick(str(role), staff, reason, ranked.why) for role, people in found.items() for staff, ranked in people]


def seat(engagement: Engagement, picks: Iterable[Pick], *, opens_at: datetime, now: datetime) -> list[Assignment]:
    """Put people on the engagement, in one statement, and ask all but the coordinator whether they take it.

    Each new row carries its secret in `answer_token` until the mail is written; the database keeps only the hash.
    `opens_at` is when the first window opens: the answer is due before half of the time until then has passed.
    """
    return Assignment.objects.bulk_create([seated(engagement, pick, opens_at=opens_at, now=now) for pick in picks])


def seated(engagement: Engagement, pick: Pick, *, opens_at: datetime, now: datetime) -> Assignment:
    """Make the row that puts somebody on the engagement, for who stores many at once; see `seat`."""
    row = Assignment(
        organisation_id=engagement.organisation_id,
        engagement=engagement,
        role=pick.role,
        staff=pick.staff,
        assigned_at=now,
        reason=pick.reason,
        why=[list(reason) for reason in pick.why],
    )
    if pick.role in ASKED_ROLES and opens_at > now and pick.staff.sandbox_id is None:
        ask(row, opens_at=opens_at, now=now)
    return row


def ask(assignment: Assignment, *, opens_at: datetime, now: datetime) -> None:
    """Make a fresh secret for the answer, and set until when it is wanted; the caller stores the row."""
    token = new_token()
    assignment.answer_token, assignment.token_hash = token, hashed(token)
    assignment.answer = Assignment.Answer.ASKED
    assignment.answer_due_at = answer_due(now, opens_at, assignment.staff.zone)


def answer_due(now: datetime, opens_at: datetime, zone: str) -> datetime:
    """Return until when an answer is wanted: so many working days of the person's, but not beyond half of the time that is left."""
    return min(working_days_later(now, settings.ANSWER_WORKING_DAYS, zone), now + (opens_at - now) / 2)


def unseat(assignments: Iterable[Assignment], *, because: str, now: datetime) -> None:
    """End assignments; the rows stay as history."""
    keys = [each.pk for each in assignments]
    Assignment.objects.filter(pk__in=keys, ended_at__isnull=True).update(ended_at=now, ended_because=because)


def staffed_state(team: Iterable[PackageRole], seated: Iterable[str]) -> str:
    """Return STAFFED when every role of the package has its people, else OPEN. Source: S74"""
    return Engagement.State.STAFFED if is_staffed(team, list(seated)) else Engagement.State.OPEN


def put_states(teams: Mapping[Engagement, Iterable[Assignment]], *, now: datetime) -> None:
    """Say of engagements that have not begun whether they have everyone now, given who is on each. The caller holds their locks.

    Programs are told of those that have everyone for the first time, or again.
    """
    states = {each: staffed_state(each.package.team.all(), [seat.role for seat in team]) for each, team in teams.items()}
    changed = {each: state for each, state in states.items() if each.state not in {state, Engagement.State.RUNNING}}
    for state in sorted(set(changed.values())):
        Engagement.objects.filter(pk__in=[each.pk for each in changed if changed[each] == state]).update(state=state)
    record(*(of_staffed(each, now=now) for each, state in changed.items() if state == Engagement.State.STAFFED))
