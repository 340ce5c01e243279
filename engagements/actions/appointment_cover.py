"""Appointments whose person is no longer available: whoever plans the engagement is told, once per absence, and agrees another time."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from catalog.models import StaffRole
from customers.tenancy import EVERYTHING, scope
from engagements import appointment_mails
from engagements.appointment_times import need_for
from engagements.models import Appointment, Engagement
from engagements.queries import coordinator_staff_for, current_assignments
from scheduling.actions import NobodyFree, rebook
from scheduling.models import Booking, StaffMember
from scheduling.queries import bookings_needing_cover


def tell_of_unkept_appointments(*, now: datetime) -> None:
    """Look at appointments to come whose person went on leave; who is free after all keeps it, else whoever plans is told.

    Each appointment is its own transaction under the scope of everything. Safe to run twice and at the same time as itself.
    Source: S56
    """
    marked = bookings_needing_cover(now).filter(purpose=Booking.Purpose.APPOINTMENT, start_at__gt=now)
    for pk in list(marked.values_list("pk", flat=True)):
        _look_at(pk, now=now)


@scope(EVERYTHING)
def _look_at(booking_pk: int, *, now: datetime) -> None:
    booking = bookings_needing_cover(now).filter(pk=booking_pk).first()
    if booking is None:  # another sweep was faster
        return
    key, role = Appointment.named_by(booking.reference)
    found = Appointment.objects.filter(key=key, state=Appointment.State.BOOKED).select_related(
        "engagement__package", "engagement__organisation"
    )
    appointment = found.first()
    if appointment is None or _keeps(appointment, role, booking, now=now):
        return
    for each in _planners(appointment.engagement, away=booking.staff, now=now):
        since = booking.needs_cover_since or now
        appointment_mails.tell_appointment_unkept(appointment.engagement, appointment, each, away=booking.staff, since=since, now=now)


def _keeps(appointment: Appointment, role: str, booking: Booking, *, now: datetime) -> bool:
    """Confirm the person's time if they are free after all; nobody is waited for."""
    need = need_for(appointment.engagement, role, appointment.starts_at, appointment.ends_at)
    with suppress(NobodyFree):
        rebook(booking.reference, need=need, to=booking.staff_id, now=now, wait=False)
        return True
    return False


def _planners(engagement: Engagement, *, away: StaffMember, now: datetime) -> Sequence[StaffMember]:
    """Return the project managers who are there, else the coordinator."""
    pms = [each.staff for each in current_assignments(engagement) if each.role == StaffRole.PM and each.staff_id != away.pk]
    coordinator = None if pms else coordinator_staff_for(engagement.organisation_id, now=now)
    return pms or ([coordinator] if coordinator else [])
