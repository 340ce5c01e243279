"""Whose time is held or booked, for what, and what needs cover."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, DateTimeField, Q, QuerySet

from customers.statements import Given, Statement
from scheduling.models import Booking, StaffMember


def live(now: datetime | Given) -> Q:
    """Select bookings that block their time: BOOKED, or HELD and not expired."""
    return Q(state=Booking.State.BOOKED) | Q(state=Booking.State.HELD, expires_at__gt=now)


def bookings_of(reference: str, *, now: datetime) -> QuerySet[Booking]:
    """Return what is held or booked under a reference, in order of time, with the people."""
    return Booking.objects.filter(live(now), reference=reference).select_related("staff__user").order_by("start_at", "id")


def person_under(reference: str, *, now: datetime) -> StaffMember | None:
    """Return who is first held or booked under a reference, with their account."""
    return next((booking.staff for booking in _FIRST.ask(reference=reference, now=now)), None)


_FIRST = Statement(
    Booking.objects.filter(live(Given("now", DateTimeField())), reference=Given("reference", CharField()))
    .select_related("staff__user")
    .order_by("start_at", "id")[:1]
)


def live_holds(references: Iterable[str], *, now: datetime) -> int:
    """Count the references that hold someone's time right now. Source: S48."""
    held = Booking.objects.filter(reference__in=references, state=Booking.State.HELD, expires_at__gt=now)
    return held.values("reference").distinct().count()


def bookings_needing_cover(now: datetime) -> QuerySet[Booking]:
    """Return the bookings to come whose person may not be able to keep them, longest known first."""
    return (
        Booking.objects.filter(state=Booking.State.BOOKED, needs_cover_since__isnull=False, end_at__gt=now)
        .select_related("staff__user")
        .order_by("needs_cover_since", "id")
    )
