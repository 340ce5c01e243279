"""Someone else takes over a role: chosen by hand here, found by the sweeps elsewhere."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import User
from customers.refusals import Refusal
from engagements import mails
from engagements.actions.appointments import hand_over_appointments
from engagements.actions.crediting import credited_to
from engagements.actions.locking import EngagementOver, lock_all
from engagements.actions.staffing import Pick, put_states, seated, unseat
from engagements.candidates import booked_role, candidates_for, need_of
from engagements.models import Appointment, Assignment, Engagement, EventDay
from engagements.standing import current, seats_of
from outbox.actions import enqueue
from scheduling.actions import Change, reassign
from scheduling.models import StaffMember


class StillTheirs(Exception):
    """The person has answered in the meantime, or somebody else sits there already."""


class LacksRole(Refusal):
    """The person does not do this."""

    code = "lacks_role"
    sentence = _("This person does not have the role that is needed.")


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
            reassign(Change(engagement.reference, need, to=staff_id), now=now)
        elif not staff.is_active or role not in staff.roles:
            raise LacksRole
        pick = Pick(role, staff, Assignment.Reason.CHOSEN, why)
        return change_hands(engagement, pick, because=Assignment.Ended.REPLACED, now=now)


def change_hands(engagement: Engagement, pick: Pick, *, because: str, now: datetime, instead_of: Assignment | None = None) -> Assignment:
    """Seat someone in place of whoever has the role; who comes, who leaves and the customer are told. Locks the engagement.

    :raises EngagementOver: when the event has taken place or was cancelled.
    :raises StillTheirs: when `instead_of` was given and that seat is no longer one to replace.
    """
    locked = lock_all([engagement.pk])
    if instead_of and not to_replace().select_for_update(of=("self",)).filter(pk=instead_of.pk).exists():
        raise StillTheirs
    return change_all_hands(dict.fromkeys(locked, pick), because=because, now=now)[0]


def change_all_hands(picks: Mapping[Engagement, Pick], *, because: str, now: datetime) -> list[Assignment]:
    """Seat someone on each engagement in place of whoever has the role; who comes, who leaves and the customers are told.

    The engagements are as `lock_all` returned them, and nobody's time is waited for.

    :raises EngagementOver: when one of the events has taken place or was cancelled.
    """
    if any(each.is_over for each in picks):
        raise EngagementOver
    seats = seats_of(picks)
    left = {each: current(seats[each.pk], pick.role) for each, pick in picks.items()}
    unseat([seat for seats_left in left.values() for seat in seats_left], because=because, now=now)
    came = Assignment.objects.bulk_create([seated(each, pick, opens_at=opens_next(each, now=now), now=now) for each, pick in picks.items()])
    put_states({each.engagement: [each, *_others(seats[each.engagement_id], left[each.engagement])] for each in came}, now=now)
    _hand_over_appointments(picks, now=now)
    said = (mails.covered(each.engagement, left=left[each.engagement], came=each, days=days_of(each.engagement), now=now) for each in came)
    enqueue(*(mail for each in said for mail in each))
    return came


def to_replace() -> QuerySet[Assignment]:
    """Select the seats whose person said no, or nothing."""
    return Assignment.objects.filter(ended_at__isnull=True, answer__in=[Assignment.Answer.DECLINED, Assignment.Answer.SILENT])


def opens_next(engagement: Engagement, *, now: datetime) -> datetime:
    """Return when the next staffed window opens; the start of the event when none is to come."""
    return min((day.window_starts_at for day in engagement.days.all() if day.window_starts_at > now), default=engagement.starts_at)


def days_of(engagement: Engagement) -> list[EventDay]:
    """List the days in order."""
    return sorted(engagement.days.all(), key=lambda day: day.position)


def _others(seats: Collection[Assignment], left: Collection[Assignment]) -> list[Assignment]:
    return [each for each in current(seats) if each not in left]


def _hand_over_appointments(picks: Mapping[Engagement, Pick], *, now: datetime) -> None:
    ahead = Appointment.objects.filter(engagement__in=picks, state=Appointment.State.BOOKED, starts_at__gt=now)
    having = set(ahead.values_list("engagement", flat=True))
    for each, pick in picks.items():
        if each.pk in having:
            hand_over_appointments(each, role=pick.role, staff=pick.staff, now=now)
