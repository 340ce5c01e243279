"""Who is put on an engagement and taken off it; history stays."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from catalog.models import PackageRole, StaffRole
from engagements.models import Assignment, Engagement
from engagements.queries import coordinator_staff_for, is_staffed, least_busy
from scheduling.models import StaffMember


def booked_role(team: Iterable[PackageRole]) -> str | None:
    """Return the role whose person is booked for the event's windows."""
    return next((need.role for need in team if need.books_window), None)


def choose_team(
    team: Sequence[PackageRole], *, booked: StaffMember | None, organisation_id: int, language: str, now: datetime
) -> list[tuple[str, StaffMember, str]]:
    """Say who takes which role and why: the booked person, by load whoever has no event booking, the customer's coordinator."""
    role = booked_role(team)
    chosen = [(role, booked, str(Assignment.Reason.BOOKED))] if role and booked else []
    wanted = {StaffRole(need.role): need.count for need in team if not need.books_window and need.role != StaffRole.COORDINATOR}
    found = least_busy(wanted, language=language, now=now, taken=[booked.pk] if booked else [])
    chosen += [(str(each), staff, str(Assignment.Reason.LEAST_LOADED)) for each, people in found.items() for staff in people]
    coordinator = coordinator_staff_for(organisation_id, now=now)
    return [*chosen, (str(StaffRole.COORDINATOR), coordinator, str(Assignment.Reason.CUSTOMERS_OWN))] if coordinator else chosen


def seat(engagement: Engagement, people: Iterable[tuple[str, StaffMember, str]], *, now: datetime) -> list[Assignment]:
    """Put people on the engagement, in one statement."""
    return Assignment.objects.bulk_create(
        Assignment(
            organisation_id=engagement.organisation_id, engagement=engagement, role=role, staff=staff, assigned_at=now, reason=reason
        )
        for role, staff, reason in people
    )


def unseat(assignments: Iterable[Assignment], *, because: str, now: datetime) -> None:
    """End assignments; the rows stay as history."""
    keys = [each.pk for each in assignments]
    Assignment.objects.filter(pk__in=keys, ended_at__isnull=True).update(ended_at=now, ended_because=because)


def staffed_state(team: Iterable[PackageRole], seated: Iterable[str]) -> str:
    """Return STAFFED when every role of the package has its people, else OPEN. Source: S74"""
    return Engagement.State.STAFFED if is_staffed(team, list(seated)) else Engagement.State.OPEN
