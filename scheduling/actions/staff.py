"""Change what a person can do and when they are there; what was booked on the strength of it is marked for cover."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.refusals import Refusal
from scheduling import queries
from scheduling.actions.locking import lock
from scheduling.models import Booking, Certificate, Leave, StaffMember, WorkingHours

MIDNIGHT = time()
ZONES_DIFFER = timedelta(days=1)  # a date has begun somewhere up to a day before it has begun in UTC


class LeaveEndsBeforeItBegins(Refusal):
    """Time off needs an end after its start."""

    code = "leave_ends_before_it_begins"
    status = 422
    sentence = _("The leave must end after it begins.")


class HoursEndBeforeTheyBegin(Refusal):
    """Working hours end after they start; 00:00 is midnight at the end of the day."""

    code = "hours_end_before_they_begin"
    status = 422
    sentence = _("Working hours must end after they start.")


@transaction.atomic
def add_leave(staff: StaffMember, *, start_at: datetime, end_at: datetime, now: datetime, reason: str = "") -> Leave:
    """Send a person on leave, over bookings too: those are marked, and the workers look for cover.

    :raises LeaveEndsBeforeItBegins: when it would be empty.
    """
    if end_at <= start_at:
        raise LeaveEndsBeforeItBegins
    lock(staff.pk)
    leave = Leave.objects.create(staff=staff, start_at=start_at, end_at=end_at, reason=reason)
    _mark(staff.pk, Q(start_at__lt=end_at, end_at__gt=start_at), now=now)
    return leave


@transaction.atomic
def change_leave(leave: Leave, *, start_at: datetime, end_at: datetime, now: datetime, reason: str = "") -> Leave:
    """Give a leave other dates. Marks stay: whoever looks for cover keeps a person who fits after all.

    :raises LeaveEndsBeforeItBegins: when it would be empty.
    """
    if end_at <= start_at:
        raise LeaveEndsBeforeItBegins
    lock(leave.staff_id)
    leave.start_at, leave.end_at, leave.reason = start_at, end_at, reason
    leave.save(update_fields=["start_at", "end_at", "reason"])
    _mark(leave.staff_id, Q(start_at__lt=end_at, end_at__gt=start_at), now=now)
    return leave


@transaction.atomic
def cancel_leave(leave: Leave) -> None:
    """Take a leave back; the time is free again at once."""
    lock(leave.staff_id)
    Leave.objects.filter(pk=leave.pk).delete()


@transaction.atomic
def change_staff(
    staff: StaffMember,
    *,
    now: datetime,
    roles: Iterable[str] | None = None,
    languages: Iterable[str] | None = None,
    zone: str | None = None,
    holiday_calendar: str | None = None,
    is_active: bool | None = None,
) -> StaffMember:
    """Set what a person does and speaks, where, and whether they work here; None leaves it as it is. A loss marks what is to come."""
    lock(staff.pk)
    before = StaffMember.objects.get(pk=staff.pk)
    staff.roles = before.roles if roles is None else sorted(set(roles))
    staff.languages = before.languages if languages is None else sorted(set(languages))
    staff.zone = before.zone if zone is None else zone
    staff.holiday_calendar = before.holiday_calendar if holiday_calendar is None else holiday_calendar
    staff.is_active = before.is_active if is_active is None else is_active
    staff.save(update_fields=["roles", "languages", "zone", "holiday_calendar", "is_active"])
    lost = set(before.roles) - set(staff.roles) or set(before.languages) - set(staff.languages)
    if lost or (before.is_active and not staff.is_active):
        _mark(staff.pk, Q(), now=now)
    return staff


@transaction.atomic
def set_certificate(certificate: Certificate, *, now: datetime) -> Certificate:
    """Store a new or changed certificate; bookings on days that it no longer covers are marked."""
    lock(certificate.staff_id)
    before = Certificate.objects.filter(pk=certificate.pk).first()
    certificate.save()
    if before is None:
        return certificate
    if before.family_id != certificate.family_id:
        _mark(certificate.staff_id, Q(), now=now)
    if certificate.valid_until < before.valid_until:
        _mark(certificate.staff_id, Q(end_at__gt=datetime.combine(certificate.valid_until, MIDNIGHT, tzinfo=UTC)), now=now)
    if certificate.valid_from > before.valid_from:
        begins = datetime.combine(certificate.valid_from, MIDNIGHT, tzinfo=UTC)
        _mark(certificate.staff_id, Q(start_at__lt=begins + ZONES_DIFFER), now=now)
    return certificate


@transaction.atomic
def withdraw_certificate(certificate: Certificate, *, now: datetime) -> None:
    """Take a certificate away; the bookings to come are marked."""
    lock(certificate.staff_id)
    Certificate.objects.filter(pk=certificate.pk).delete()
    _mark(certificate.staff_id, Q(), now=now)


@transaction.atomic
def set_hours(staff: StaffMember, hours: Iterable[tuple[int, time, time]]) -> None:
    """Replace a person's week: (weekday, from, until) in their own zone, 0 is Monday. Touching stretches become one.

    Bookings made before stay: they were agreed with the customer.

    :raises HoursEndBeforeTheyBegin: when a stretch is empty.
    """
    lock(staff.pk)
    merged = _merged(hours)
    WorkingHours.objects.filter(staff=staff).delete()
    WorkingHours.objects.bulk_create(WorkingHours(staff=staff, weekday=day, starts=starts, ends=ends) for day, starts, ends in merged)


def _merged(hours: Iterable[tuple[int, time, time]]) -> list[tuple[int, time, time]]:
    """Join stretches of a day that touch or overlap, so that one row holds a whole stretch of work."""
    merged: list[tuple[int, time, time]] = []
    for day, starts, ends in sorted(hours):
        if ends <= starts and ends != MIDNIGHT:
            raise HoursEndBeforeTheyBegin
        last_day, last_starts, last_ends = merged[-1] if merged else (None, MIDNIGHT, MIDNIGHT)
        if day == last_day and last_ends == MIDNIGHT:
            continue
        if day == last_day and starts <= last_ends:
            merged[-1] = (day, last_starts, ends if ends == MIDNIGHT else max(ends, last_ends))
        else:
            merged.append((day, starts, ends))
    return merged


def _mark(staff_id: int, which: Q, *, now: datetime) -> None:
    """Mark what is held or booked from now on; the first mark stays. A marked hold is not confirmed."""
    coming = Booking.objects.filter(which, queries.live(now), staff=staff_id, end_at__gt=now, needs_cover_since__isnull=True)
    coming.update(needs_cover_since=now)
