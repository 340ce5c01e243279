"""What customers and coordinators are told about an order: one function a message, each enqueued in the transaction of its fact."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from catalog.models import StaffRole
from engagements.queries import Contact, contact, coordinator_staff_for, team_of
from orders.models import Order, OrderChange
from orders.queries import Fee, coverage_of, days_of_order, fee_table, price_of, services_of, shifted_days, terms_of
from outbox import calendar
from outbox.actions import compose, enqueue
from outbox.rendering import render_mail
from scheduling.windows import EventDay
from webex.models import SiteUpdate


def say_confirmed(order: Order, *, now: datetime) -> None:
    """Number, who helps, price, fee table, how to change, and the calendar invitation. Source: S36 to S38"""
    _say(order, "order_confirmed", {}, now=now, method="REQUEST")


def say_waiting(order: Order, *, now: datetime) -> None:
    """What happens next and by when. Source: S9, S30"""
    _say(order, "order_waiting", {}, now=now)
    _tell_coordinator(order, "desk_waiting", {}, now=now)


def say_moved(order: Order, change: OrderChange, *, now: datetime) -> None:
    """Old and new date and time, and the updated invitation. Source: S50, S51"""
    _say(order, "order_moved", {"change": change}, now=now, method="REQUEST")


def say_move_waiting(order: Order, change: OrderChange, *, now: datetime) -> None:
    """The old time stays until the coordinator agrees. Source: S39"""
    _say(order, "move_waiting", {"change": change}, now=now, unique=_of(change))
    _tell_coordinator(order, "desk_move_waiting", {"change": change}, now=now, unique=_of(change))


def say_move_declined(order: Order, change: OrderChange, *, now: datetime) -> None:
    """The old time stays. Source: S39"""
    _say(order, "move_declined", {"change": change}, now=now, unique=_of(change))


def say_offered(order: Order, change: OrderChange, *, now: datetime) -> None:
    """Another time is kept for the customer until the answer is due."""
    _say(order, "time_offered", {"change": change}, now=now, unique=_of(change))


def say_cancelled(order: Order, *, fee: Fee, was_confirmed: bool, now: datetime) -> None:
    """The fee, and the calendar's cancellation. Source: S53"""
    _say(order, "order_cancelled", {"fee": fee}, now=now, method="CANCEL" if was_confirmed else "")


def say_declined(order: Order, *, now: datetime) -> None:
    """Why we cannot help this time, without a fee."""
    _say(order, "order_declined", {}, now=now)


def say_expired(order: Order, *, now: datetime) -> None:
    """The event's time came while the order waited; nothing is charged."""
    _say(order, "order_expired", {}, now=now)


def say_zone_rules(order: Order, *, now: datetime) -> None:
    """The zone's rules changed: what was asked for and what the clock shows now; the customer says which counts. Source: promises row 51"""
    shifted = shifted_days(order, now=now)
    shows = "/".join(f"{each.moved.shows:%Y%m%dT%H%M}" for each in shifted)
    desk_url = settings.PORTAL_URL + reverse("admin:orders_order_change", args=[order.pk])
    _tell_coordinator(order, "zone_rules", {"shifted": shifted, "desk_url": desk_url}, now=now, unique=f"shows-{shows}")


def say_site_not_updated(order: Order, update: SiteUpdate, *, now: datetime) -> None:
    """The meeting on the site is not at the new time: why, and that the customer has to change it. Source: S51, S126"""
    _say(order, "site_not_updated", {"update": update}, now=now, unique=f"site-update-{update.pk}")


def send_link(order: Order, *, action: str, token: str, now: datetime) -> None:
    """The one-time link; its message is emptied once sent. Source: S45"""
    url = settings.PORTAL_URL + reverse("orders:link", args=[token])
    _say(order, "one_time_link", {"action": action, "link": url}, now=now, secret=True, unique=f"{now:%Y%m%dT%H%M%S.%f}")


def _say(
    order: Order,
    template: str,
    context: dict[str, Any],
    *,
    now: datetime,
    to: str = "",
    language: str = "",
    method: str = "",
    secret: bool = False,
    unique: str = "",
) -> None:
    language = language or order.mail_language
    known = facts(order)
    mail = render_mail(template, {**known, **context}, language)
    assert order.number
    message = compose(
        mail,
        key=f"{template}:{order.number}:{unique or order.version}:{to or order.email}",
        to=to or order.email,
        calendar=_invitation(order, known["days"], method, mail.subject, now=now) if method else b"",
        calendar_method=method,
        about=order.number,
        organisation=order.organisation,
        secret=secret,
        now=now,
    )
    enqueue(message)


def facts(order: Order) -> dict[str, Any]:
    """What the order's page and every mail about it show, from the same values."""
    assert order.package
    days = days_of_order(order)
    return {
        "order": order,
        "package": order.package,
        "site": order.site,
        "days": days,
        "coverage": coverage_of(order.package, days),
        "price": price_of(order),
        "terms": terms_of(order),
        "fees": fee_table(order),
        "team": [each for each in team_of(order.engagement) if each.role != StaffRole.COORDINATOR] if order.engagement else [],
        "coordinator": coordinator_of(order),
        "services": services_of(order),
        "portal_url": settings.PORTAL_URL,
        "order_url": settings.PORTAL_URL + reverse("orders:order", args=[order.number]),
        "move_url": settings.PORTAL_URL + reverse("orders:move", args=[order.number]),
        "cancel_url": settings.PORTAL_URL + reverse("orders:cancel", args=[order.number]),
    }


def coordinator_of(order: Order) -> Contact | None:
    """Whom the customer writes to about this order. Source: S38, S42"""
    staff = coordinator_staff_for(order.organisation_id)
    return contact(staff, role=StaffRole.COORDINATOR) if staff else None


def _of(change: OrderChange) -> str:
    """A move that only waits leaves the order's version alone, so the next one is told apart by itself."""
    return f"change-{change.pk}"


def _tell_coordinator(order: Order, template: str, context: dict[str, Any], *, now: datetime, unique: str = "") -> None:
    staff = coordinator_staff_for(order.organisation_id, now=now)
    if staff:
        _say(order, template, context, now=now, to=staff.user.email, language=staff.user.language, unique=unique)


def _invitation(order: Order, days: Iterable[EventDay], method: str, summary: str, *, now: datetime) -> bytes:
    """One UID for life, a rising sequence. Source: architecture, calendars"""
    return calendar.invitation(
        uid=f"{order.key}@assist",
        sequence=order.calendar_sequence,
        method=method,
        organizer=settings.DEFAULT_FROM_EMAIL,
        attendee=order.email,
        summary=order.title or summary,
        description=f"{order.number}\n{settings.PORTAL_URL}{reverse('orders:order', args=[order.number])}",
        location=order.meeting_link or (order.site.host_name if order.site else ""),
        url=order.meeting_link,
        days=[(day.starts_at, day.ends_at) for day in days],
        zone=order.zone,
        stamp=now,
    )
