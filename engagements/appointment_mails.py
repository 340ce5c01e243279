"""What appointments say by mail: an invitation that calendars take in, its updates, and its end."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from customers.models import User
from engagements.mails import facts, send
from engagements.models import Appointment, Engagement
from outbox import calendar
from scheduling.models import StaffMember


class _Guest(NamedTuple):
    """Someone who is invited."""

    name: str
    email: str
    language: str
    user: User | None


def tell_appointment(engagement: Engagement, appointment: Appointment, people: Iterable[StaffMember], *, now: datetime) -> None:
    """Invite our people and the customer's contact, or tell them the new time: once per person and change. Source: S56"""
    for guest in _guests(engagement, people, contact=True):
        _tell("appointment", "REQUEST", engagement, appointment, guest, now=now)


def tell_appointment_cancelled(
    engagement: Engagement, appointment: Appointment, people: Iterable[StaffMember], *, contact: bool, now: datetime
) -> None:
    """Tell these people, and if it does not take place at all the customer's contact, that it is off for them."""
    for guest in _guests(engagement, people, contact=contact):
        _tell("appointment_cancelled", "CANCEL", engagement, appointment, guest, now=now)


def tell_appointment_unkept(
    engagement: Engagement, appointment: Appointment, planner: StaffMember, *, away: StaffMember, since: datetime, now: datetime
) -> None:
    """Tell whoever plans that somebody cannot keep the time of an appointment, once per absence. Source: S56"""
    user = planner.user
    send(
        "appointment_unkept",
        engagement,
        {
            **facts(engagement, list(engagement.days.order_by("position"))),
            "appointment": appointment,
            "guest": _Guest(user.get_short_name(), user.email, user.language, user),
            "away": away.user,
            "url": f"{settings.PORTAL_URL}/admin/engagements/appointment/{appointment.pk}/move/",
        },
        to=user.email,
        language=user.language,
        key=f"{engagement.number}/appointment-unkept/{appointment.key}/{away.pk}/{since.isoformat()}/{user.email}",
        now=now,
    )


def _guests(engagement: Engagement, people: Iterable[StaffMember], *, contact: bool) -> Iterator[_Guest]:
    for staff in people:
        yield _Guest(staff.user.get_short_name(), staff.user.email, staff.user.language, staff.user)
    if contact:
        yield _Guest(engagement.contact_name, engagement.contact_email, engagement.language, None)


def _tell(template: str, method: str, engagement: Engagement, appointment: Appointment, guest: _Guest, *, now: datetime) -> None:
    about: dict[str, Any] = facts(engagement, list(engagement.days.order_by("position")))
    send(
        template,
        engagement,
        about | {"appointment": appointment, "guest": guest, "is_update": appointment.sequence > 0},
        to=guest.email,
        language=guest.language,
        key=f"{engagement.number}/appointment/{appointment.key}/{appointment.sequence}/{method}/{guest.email}",
        calendar=_invitation(method, engagement, appointment, guest, now=now),
        calendar_method=method,
        now=now,
    )


def _invitation(method: str, engagement: Engagement, appointment: Appointment, guest: _Guest, *, now: datetime) -> bytes:
    """One UID for life, a rising sequence. Source: row 46 of the promises"""
    with translation.override(guest.language):
        summary = f"{appointment.get_kind_display()}: {engagement.title or engagement.number}"
    return calendar.invitation(
        uid=f"appointment-{appointment.key}@assist",
        sequence=appointment.sequence,
        method=method,
        organizer=settings.DEFAULT_FROM_EMAIL,
        attendee=guest.email,
        summary=summary,
        description=f"{engagement.number}\n{settings.PORTAL_URL}/orders/{engagement.number}/",
        location="",
        url="",
        days=[(appointment.starts_at, appointment.ends_at)],
        zone=engagement.zone,
        stamp=now,
    )
