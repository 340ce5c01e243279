"""Moving an engagement with its order: same number, new times for everything that was counted from the old ones."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from customers.models import User
from engagements import mails
from engagements.actions.appointments import carry_appointments
from engagements.actions.crediting import credited_to
from engagements.actions.due_times import put_due_times
from engagements.actions.locking import EngagementOver, lock
from engagements.actions.staffing import Pick, ask, seat, staffed_state, unseat
from engagements.appointment_times import carried_appointments
from engagements.brief import DayBrief
from engagements.candidates import booked_role
from engagements.events import of_staffed
from engagements.models import Assignment, Engagement, EventDay, Session
from engagements.queries import carried_sessions, current_assignments, replanned
from outbox.actions import record
from scheduling.models import StaffMember

TIMES = ("starts_at", "ends_at", "window_starts_at", "window_ends_at")


def move_engagement(
    engagement: Engagement, *, days: Sequence[DayBrief], staff_id: int | None, by: User | None, now: datetime
) -> Engagement:
    """Give the engagement other times, recompute what every open duty is due, and change the person if another was booked.

    The number stays, done and waived duties stay as they are, event days and sessions keep their rows. The team is told; the customer is
    told by the order. Bookings are swapped by the caller before. Locks the engagement.

    :raises EngagementOver: when the event has taken place or was cancelled.
    :raises DaysDiffer: when the number of days is another.
    Source: S46, S47, S50
    """
    with transaction.atomic(), credited_to(by):
        current = lock(engagement)
        if current.is_over:
            raise EngagementOver
        sessions = [new for _old, new in carried_sessions(current, days)]
        along = carried_appointments(current, days, staff_id=staff_id, now=now)
        shifted = replanned(current, days, sessions=sessions, along=along, now=now)
        moved_days = _put_days(current, days)
        _put_sessions(sessions)
        put_due_times(shifted)
        left, came, stayed = _change_person(current, staff_id, opens_at=days[0].window_starts_at, now=now)
        current.starts_at, current.ends_at = days[0].starts_at, days[-1].ends_at
        before, current.state = current.state, _state_after(current, [*came, *stayed], moved_days, now=now)
        current.save(update_fields=["starts_at", "ends_at", "state"])
        record(*([of_staffed(current, now=now)] if before != current.state == Engagement.State.STAFFED else []))
        carry_appointments(current, along, now=now)
        _ask_again(stayed, opens_at=days[0].window_starts_at, now=now)
        mails.tell_moved(current, left=left, came=came, stayed=stayed, days=moved_days, now=now)
        return current


def _put_days(engagement: Engagement, days: Sequence[DayBrief]) -> list[EventDay]:
    rows = list(engagement.days.order_by("position"))
    for row, day in zip(rows, days, strict=True):
        for field in TIMES:
            setattr(row, field, getattr(day, field))
    EventDay.objects.bulk_update(rows, TIMES)
    return rows


def _put_sessions(sessions: Sequence[Session]) -> None:
    Session.objects.bulk_create(
        sessions,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["starts_at", "ends_at", "actual_starts_at", "actual_ends_at"],
    )


def _change_person(
    engagement: Engagement, staff_id: int | None, *, opens_at: datetime, now: datetime
) -> tuple[list[Assignment], list[Assignment], list[Assignment]]:
    """Replace who is booked for the windows if that is someone else now; return who left, who came and who stayed."""
    team = list(current_assignments(engagement))
    role = booked_role(engagement.package.team.all())
    left = [each for each in team if each.role == role and each.staff_id != staff_id]
    stayed = [each for each in team if each not in left]
    unseat(left, because=Assignment.Ended.MOVED, now=now)
    if role is None or staff_id is None or any(each.role == role for each in stayed):
        return left, [], stayed
    staff = StaffMember.objects.select_related("user").get(pk=staff_id)
    return left, seat(engagement, [Pick(role, staff, Assignment.Reason.MOVED)], opens_at=opens_at, now=now), stayed


def _ask_again(stayed: Sequence[Assignment], *, opens_at: datetime, now: datetime) -> None:
    """Give who has not answered yet a link for the new time: the mail with the old one may have been withdrawn."""
    asked = [each for each in stayed if each.is_asked and opens_at > now]
    for each in asked:
        ask(each, opens_at=opens_at, now=now)
    Assignment.objects.bulk_update(asked, ["token_hash", "answer_due_at"])


def _state_after(engagement: Engagement, team: Sequence[Assignment], days: Sequence[EventDay], *, now: datetime) -> str:
    if days[0].window_starts_at <= now:
        return str(Engagement.State.RUNNING)
    return staffed_state(engagement.package.team.all(), [each.role for each in team])
