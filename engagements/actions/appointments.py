"""Appointments: booked, moved, held and cancelled by hand; carried along, handed over or given up with the engagement."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import StaffRole, TaskTemplate
from customers.models import User
from engagements import appointment_mails
from engagements.actions.appointment_refusals import (
    AppointmentOver,
    NobodyInRole,
    NotInTime,
    NotOffered,
    OptionMissing,
    OutsideUsualDays,
    PersonBusy,
    RehearsalBooked,
)
from engagements.actions.crediting import credited_to
from engagements.actions.due_times import replan
from engagements.actions.locking import EngagementOver, lock
from engagements.actions.outcomes import write_checklist
from engagements.appointment_times import (
    Carried,
    Offered,
    appointments_ahead,
    bookings_of_appointments,
    is_outside,
    need_for,
    offered_kinds,
    people_at,
    roles_at,
)
from engagements.models import Appointment, Engagement
from scheduling.actions import HoldGone, NobodyFree, book, rebook, release
from scheduling.models import Booking, StaffMember

Kind, State, Cancelled = Appointment.Kind, Appointment.State, Appointment.Cancelled


def book_appointment(
    engagement: Engagement, *, kind: str, starts_at: datetime, option: int | None = None, reason: str = "", by: User | None, now: datetime
) -> Appointment:
    """Book everyone it needs, for as long as the catalogue says, and invite them and the customer's contact.

    Locks the people in order of their ids, then the engagement.

    :raises PersonBusy: when somebody is not free then; nobody is booked.
    :raises OutsideUsualDays: for a rehearsal outside the usual days without a reason.
    :raises Refusal: when the package has no such appointment, the time is past or after the event, or nobody has the role.
    Source: S56, S61 to S63, S81 to S83
    """
    offer = _offer(engagement, kind)
    appointment = Appointment(
        organisation_id=engagement.organisation_id,
        engagement=engagement,
        key=secrets.token_urlsafe(12),
        kind=kind,
        option=_option(kind, option),
        starts_at=starts_at,
        ends_at=starts_at + offer.length,
        reason=_reason(engagement, kind, starts_at, reason),
        booked_at=now,
        booked_by=by,
    )
    with transaction.atomic(), credited_to(by):
        people = _people(engagement, kind)
        _check_times(engagement, appointment, now=now)
        _book_people(engagement, appointment, people, now=now)
        current = _still(engagement, kind, people)
        _insert(appointment)
        write_checklist(appointment)
        replan(current, anchors=[TaskTemplate.Anchor.REHEARSAL], now=now)
        appointment_mails.tell_appointment(current, appointment, _users(people), now=now)
        return appointment


def move_appointment(appointment: Appointment, *, starts_at: datetime, reason: str = "", by: User | None, now: datetime) -> Appointment:
    """Give an appointment another time, with the same people; everyone gets the update of the same invitation.

    Locks the people in order of their ids, then the engagement.

    :raises PersonBusy: when somebody is not free then; it keeps its time.
    :raises AppointmentOver: when it has begun or was cancelled.
    Source: S56, S81
    """
    engagement = Engagement.objects.select_related("package", "organisation").get(pk=appointment.engagement_id)
    with transaction.atomic(), credited_to(by):
        booked = _booked(appointment)
        ends_at = starts_at + (appointment.ends_at - appointment.starts_at)
        for role, staff in sorted(booked.items(), key=lambda each: each[1].pk):
            try:
                rebook(appointment.reference_of(role), need=need_for(engagement, role, starts_at, ends_at), to=staff.pk, now=now)
            except NobodyFree as nobody:
                raise PersonBusy(name=str(staff)) from nobody
        current = lock(engagement)
        moved = _locked(appointment, current, now=now)
        moved.starts_at, moved.ends_at = starts_at, ends_at
        moved.reason = _reason(current, moved.kind, starts_at, reason)
        _check_times(current, moved, now=now)
        _put(moved)
        replan(current, anchors=[TaskTemplate.Anchor.REHEARSAL], now=now)
        appointment_mails.tell_appointment(current, moved, list(booked.values()), now=now)
        return moved


def cancel_appointment(appointment: Appointment, *, by: User | None, now: datetime) -> Appointment:
    """Give everyone's time back and take the entry out of their calendars. Cancelling twice changes nothing. Locks the engagement.

    :raises AppointmentOver: when it has begun.
    """
    with transaction.atomic(), credited_to(by):
        current = lock(Engagement(pk=appointment.engagement_id))
        found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
        if found.state == State.CANCELLED:
            return found
        if found.state != State.BOOKED or found.starts_at <= now:
            raise AppointmentOver
        _give_up(current, found, because=Cancelled.BY_HAND, now=now)
        replan(current, anchors=[TaskTemplate.Anchor.REHEARSAL], now=now)
        return found


def carry_appointments(engagement: Engagement, plan: Sequence[Carried], *, now: datetime) -> None:
    """Take the appointments along with the event as the plan says. The caller holds the engagement's lock, so nobody is waited for."""
    for each in plan:
        if each.starts_at is None:
            _give_up(engagement, each.appointment, because=Cancelled.EVENT_MOVED, now=now)
        elif each.is_retimed or _changes_people(each):
            _carry(engagement, each, now=now)


def hand_over_appointments(engagement: Engagement, *, role: str, staff: StaffMember, now: datetime) -> None:
    """Put the new person of a role into the appointments to come; what they have no time for is given up, and everyone told.

    The caller holds the engagement's lock, so nobody is waited for.
    """
    ahead = appointments_ahead(engagement, now=now)
    booked = bookings_of_appointments(ahead)
    for each in ahead:
        had = booked.get(each.reference_of(role))
        if had is None or had.staff_id == staff.pk:
            continue
        people = {at: booked[each.reference_of(at)].staff_id for at in StaffRole.values if each.reference_of(at) in booked}
        _carry(engagement, Carried(each, each.starts_at, people | {role: staff.pk}), because=Cancelled.TEAM_CHANGED, now=now)


def cancel_appointments(engagement: Engagement, *, now: datetime) -> None:
    """Give up everything that is still ahead of a cancelled event. The caller holds the engagement's lock."""
    for each in appointments_ahead(engagement, now=now):
        _give_up(engagement, each, because=Cancelled.EVENT_CANCELLED, now=now)


def _offer(engagement: Engagement, kind: str) -> Offered:
    found = next((each for each in offered_kinds(engagement) if each.kind == kind), None)
    if found is None:
        raise NotOffered
    return found


def _option(kind: str, option: int | None) -> int | None:
    if kind != Kind.REHEARSAL:
        return None
    if option not in Appointment.Option.values:
        raise OptionMissing
    return option


def _reason(engagement: Engagement, kind: str, starts_at: datetime, reason: str) -> str:
    """Keep the reason only where one is needed."""
    if not is_outside(engagement, kind, starts_at):
        return ""
    if not reason.strip():
        raise OutsideUsualDays
    return reason.strip()


def _people(engagement: Engagement, kind: str) -> dict[str, int]:
    people = people_at(engagement, kind)
    for role in roles_at(engagement, kind):
        if role not in people:
            raise NobodyInRole(role=StaffRole(role).label)
    return people


def _check_times(engagement: Engagement, appointment: Appointment, *, now: datetime) -> None:
    if appointment.starts_at <= now or appointment.ends_at > engagement.starts_at:
        raise NotInTime


def _book_people(engagement: Engagement, appointment: Appointment, people: Mapping[str, int], *, now: datetime) -> None:
    for role, staff_id in sorted(people.items(), key=lambda each: each[1]):
        need = need_for(engagement, role, appointment.starts_at, appointment.ends_at)
        try:
            book(appointment.reference_of(role), need=need, now=now, prefer=staff_id, purpose=Booking.Purpose.APPOINTMENT)
        except HoldGone as gone:
            raise PersonBusy(name=str(StaffMember.objects.select_related("user").get(pk=staff_id))) from gone


def _still(engagement: Engagement, kind: str, people: Mapping[str, int]) -> Engagement:
    """Lock the engagement, and see that it goes on with the people who were just booked."""
    current = lock(engagement)
    if current.is_over:
        raise EngagementOver
    if people_at(current, kind) != people:
        raise PersonBusy(_("The team has just changed. Try again."))
    return current


def _insert(appointment: Appointment) -> None:
    try:
        with transaction.atomic():
            appointment.save(force_insert=True)
    except IntegrityError as error:
        if "one_rehearsal_per_engagement" not in str(error):
            raise
        raise RehearsalBooked from error


def _locked(appointment: Appointment, engagement: Engagement, *, now: datetime) -> Appointment:
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if engagement.is_over or found.state != State.BOOKED or found.starts_at <= now:
        raise AppointmentOver
    return found


def _put(appointment: Appointment) -> None:
    appointment.sequence += 1
    appointment.save(update_fields=["starts_at", "ends_at", "reason", "sequence"])


def _booked(appointment: Appointment) -> dict[str, StaffMember]:
    found = bookings_of_appointments([appointment])
    return {role: found[ref].staff for role in StaffRole.values if (ref := appointment.reference_of(role)) in found}


def _users(people: Mapping[str, int]) -> list[StaffMember]:
    return list(StaffMember.objects.filter(pk__in=people.values()).select_related("user").order_by("pk"))


def _changes_people(plan: Carried) -> bool:
    return {role: staff.pk for role, staff in _booked(plan.appointment).items()} != dict(plan.people)


def _carry(engagement: Engagement, plan: Carried, *, because: str = Cancelled.EVENT_MOVED, now: datetime) -> None:
    appointment, starts_at = plan.appointment, plan.starts_at
    assert starts_at
    before, ends_at = _booked(appointment), starts_at + (appointment.ends_at - appointment.starts_at)
    try:
        with transaction.atomic():
            for role, staff_id in sorted(plan.people.items(), key=lambda each: each[1]):
                need = need_for(engagement, role, starts_at, ends_at)
                rebook(appointment.reference_of(role), need=need, to=staff_id, now=now, wait=False)
    except NobodyFree:
        _give_up(engagement, appointment, because=because, now=now)
        return
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    _put(appointment)
    gone = [staff for role, staff in before.items() if staff.pk != plan.people.get(role)]
    appointment_mails.tell_appointment(engagement, appointment, _users(plan.people), now=now)
    appointment_mails.tell_appointment_cancelled(engagement, appointment, gone, contact=False, now=now)


def _give_up(engagement: Engagement, appointment: Appointment, *, because: str, now: datetime) -> None:
    people = _booked(appointment)
    for role in people:
        release(appointment.reference_of(role), now=now)
    appointment.state, appointment.cancelled_because = State.CANCELLED, because
    appointment.sequence += 1
    appointment.save(update_fields=["state", "cancelled_because", "sequence"])
    appointment_mails.tell_appointment_cancelled(engagement, appointment, list(people.values()), contact=True, now=now)
