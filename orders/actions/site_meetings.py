"""The meeting of an order on the customer's site: looked after from the confirmation on, and moved along with the order."""

from datetime import datetime

from orders import notices
from orders.models import Order, OrderChange
from orders.queries import days_of_order
from scheduling.windows import EventDay
from webex.actions import change_on_site, check_on_site, mark_update_read, stop_watching, watch_meeting, withdraw_changes
from webex.models import SiteUpdate

UPDATED_BY_US = (OrderChange.ScheduleUpdate.CONNECTOR, OrderChange.ScheduleUpdate.TELL_ALL)


def look_after_meeting(order: Order, *, now: datetime) -> None:
    """Have each day's meeting looked after, if we know which one it is. Safe to run twice. The caller holds the order's lock."""
    if not order.site or not order.meeting_number or not order.host_email:
        return
    assert order.number
    days = days_of_order(order)
    for position, day in enumerate(days, start=1):
        watch_meeting(
            site=order.site,
            reference=order.number,
            position=position,
            meeting_number=order.meeting_number,
            host_email=order.host_email,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            now=now,
        )
    stop_watching(organisation_id=order.organisation_id, reference=order.number, from_position=len(days) + 1)


def leave_meeting_alone(order: Order, *, now: datetime) -> None:
    """The event does not take place."""
    assert order.number
    stop_watching(organisation_id=order.organisation_id, reference=order.number)
    withdraw_changes(organisation_id=order.organisation_id, reference=order.number, now=now)


def update_site(order: Order, change: OrderChange, *, old_days: tuple[EventDay, ...], now: datetime) -> None:
    """Do to the meeting on the site what the customer chose: change it, or see that they did. Source: S50 to S52"""
    if not order.site or not order.meeting_number or not order.host_email:
        return
    assert order.number
    withdraw_stale = change.schedule_update not in {*UPDATED_BY_US, OrderChange.ScheduleUpdate.DONE}
    if withdraw_stale:
        withdraw_changes(organisation_id=order.organisation_id, reference=order.number, now=now)
        return
    ask_for = change_on_site if change.schedule_update in UPDATED_BY_US else check_on_site
    for position, (old, new) in enumerate(zip(old_days, days_of_order(order), strict=False), start=1):
        ask_for(
            site=order.site,
            reference=order.number,
            position=position,
            meeting_number=order.meeting_number,
            host_email=order.host_email,
            old_starts_at=old.starts_at,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            zone=order.zone,
            tell_invitees=change.schedule_update == OrderChange.ScheduleUpdate.TELL_ALL,
            now=now,
        )


def tell_outcome(update: SiteUpdate, *, now: datetime) -> None:
    """Tell the customer when the meeting on the site could not be changed, or does not show the new time. Safe to run twice."""
    order = Order.objects.select_related("organisation", "package", "site").filter(number=update.reference).first()
    if order and order.state == Order.State.CONFIRMED and update.state == SiteUpdate.State.FAILED:
        notices.say_site_not_updated(order, update, now=now)
    mark_update_read(update)
