"""What stands in a calendar that is subscribed to: an organisation's orders, one person's orders, or a staff member's bookings."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import CalendarFeed, User
from engagements.models import Engagement
from orders.models import Order, OrderDay
from outbox.calendar import Entry
from scheduling.models import Booking

BACK = timedelta(days=90)  # how long what is over stays in it
MOST = 1000


def entries_of(feed: CalendarFeed, *, now: datetime) -> Iterator[Entry]:
    """Return what the feed shows, by start; the caller has entered the feed's scope."""
    if feed.organisation is None:
        assert feed.user
        return _bookings(feed.user, now=now)
    return _orders(feed, now=now)


def _orders(feed: CalendarFeed, *, now: datetime) -> Iterator[Entry]:
    """One entry a day; no contacts and no links to join, because whoever has the address reads it."""
    days = OrderDay.objects.filter(organisation=feed.organisation, ends_at__gte=now - BACK).exclude(order__state=Order.State.DRAFT)
    if feed.user is not None:
        days = days.filter(order__owner=feed.user)
    for day in days.select_related("order__package", "order__site").order_by("starts_at", "id")[:MOST]:
        order = day.order
        assert order.package
        assert order.site
        yield Entry(
            uid=f"{order.number}-{day.position}@assist",
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            summary=order.title or order.package.name,
            description=f"{order.package.name}\n{order.number}\n{order.get_state_display()}",
            location=order.site.host_name,
            url=settings.PORTAL_URL + reverse("orders:order", args=[order.number]),
            stamp=order.updated_at,
            is_cancelled=order.state == Order.State.CANCELLED,
            is_tentative=order.state == Order.State.WAITING,
        )


def _bookings(user: User, *, now: datetime) -> Iterator[Entry]:
    """The staffed windows and appointments of a staff member. Source: S64, S85"""
    booked = Booking.objects.filter(staff__user=user, state=Booking.State.BOOKED, end_at__gte=now - BACK).order_by("start_at", "id")
    bookings = list(booked[:MOST])
    known = Engagement.objects.filter(reference__in={each.reference for each in bookings}).select_related("package", "organisation")
    engagements = {each.reference: each for each in known}
    for booking in bookings:
        engagement = engagements.get(booking.reference)
        number = engagement.number if engagement else ""
        yield Entry(
            uid=f"booking-{booking.reference}-{booking.start_at:%Y%m%dT%H%M}@assist",
            starts_at=booking.start_at,
            ends_at=booking.end_at,
            summary=f"{engagement.package.name}: {engagement.organisation.name}" if engagement else str(booking.get_purpose_display()),
            description=f"{engagement.title}\n{number}" if engagement else _("Booked"),
            location="",
            url=settings.PORTAL_URL + reverse("orders:order", args=[number]) if number else settings.PORTAL_URL,
            stamp=now,
        )
