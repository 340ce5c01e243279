"""Moving an order to another date and time: what would shift, the move itself in one transaction, and moves that wait for an answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.queries import check_entitlement_covers
from customers.models import User
from customers.refusals import Refusal
from engagements.actions import move_engagement
from engagements.brief import Shift
from engagements.queries import preview_move
from orders import events, notices
from orders.actions.cancelling import OPEN_STATES, OrderIsOver, close_change, locked_order, note_change, refuse_old_version
from orders.actions.days import check_lead_time, resolve_days, write_days
from orders.actions.holding import days_of_change, hold_again, hold_new
from orders.actions.placing import answer_due, confirm, day_briefs, take_someone
from orders.actions.site_meetings import look_after_meeting, update_site
from orders.asks import When, days_from_json, days_to_json, moved_to
from orders.models import Order, OrderChange
from orders.queries import (
    coverage_of,
    days_of_order,
    hold_length,
    need_of_order,
    staff_of_order,
    waiting_change_of,
    wishes_of,
)
from outbox.actions import withdraw
from scheduling.actions import swap
from scheduling.windows import Coverage, DayWish, EventDay


class TooLateToMove(Refusal):
    """The event has started. Source: S39"""

    code = "too_late_to_move"
    status = 409
    sentence = _("The event has started. Write to your coordinator.")


class MoveIsWaiting(Refusal):
    """Another new time waits for an answer already."""

    code = "move_is_waiting"
    status = 409
    sentence = _("A new time for this order waits for an answer already.")


class SameTime(Refusal):
    """The new time is the old one."""

    code = "same_time"
    status = 422
    sentence = _("That is the time the order has already. Choose another one.")


class NothingToAnswer(Refusal):
    """No new time waits for an answer."""

    code = "nothing_to_answer"
    status = 409
    sentence = _("No new time waits for an answer any more.")


@dataclass(frozen=True)
class MovePreview:
    """What a move would do: days and coverage, whether the person stays, what shifts, and whether the coordinator must agree first."""

    old_days: tuple[EventDay, ...]
    new_days: tuple[EventDay, ...]
    coverage: tuple[Coverage, ...]
    held_until: datetime
    staff_kept: bool
    late: bool
    shifts: tuple[Shift, ...]


@transaction.atomic
def check_move(order: Order, *, first: DayWish, by: User | None, now: datetime) -> MovePreview:
    """Look for someone at the new time and hold them; the order itself does not change. The same person is kept when free. Locks the order.

    :raises PersonTaken: when nobody is free then, with at most three alternatives.
    :raises Refusal: when the order is over, started, or a move waits; when the time cannot be taken.
    Source: S40, S46 to S48
    """
    order = _movable(order, now=now)
    _when, days, late = _wish(order, first, now=now)
    until = now + hold_length()
    keeper = staff_of_order(order, now=now)
    staff_id = hold_new(order, days, until=until, prefer=keeper, now=now)
    shifts = preview_move(order.engagement, days=day_briefs(order, days), staff_id=staff_id, now=now) if order.engagement else ()
    assert order.package
    return MovePreview(
        old_days=days_of_order(order),
        new_days=days,
        coverage=coverage_of(order.package, days),
        held_until=until,
        staff_kept=keeper in (None, staff_id),
        late=late,
        shifts=tuple(shifts),
    )


@transaction.atomic
def move_order(
    order: Order, *, first: DayWish, schedule_update: str, by: User | None, now: datetime, version: int | None = None
) -> OrderChange:
    """Move the order, or inside the lead time hold the new time and ask the coordinator. All or nothing. Locks the order.

    :raises PersonTaken: when the person was taken in between; the order keeps its old time.
    :raises OrderChanged: when it is no longer the version that was shown.
    Source: S39, S47 to S52
    """
    order = _movable(order, now=now)
    refuse_old_version(order, version)
    when, days, late = _wish(order, first, now=now)
    change = _change(order, when, days, schedule_update=schedule_update, by=by, now=now)
    if order.state == Order.State.WAITING:
        return _retime_waiting(order, change, when, days, late=late, by=by, now=now)
    if late:
        change.answer_due_at = answer_due(order, now=now)
        hold_new(order, days, until=change.answer_due_at, prefer=staff_of_order(order, now=now), now=now)
        change.save(force_insert=True)
        note_change(order, now=now)
        notices.say_move_waiting(order, change, now=now)
        return change
    hold_new(order, days, until=now + hold_length(), prefer=staff_of_order(order, now=now), now=now)
    return apply_move(order, change, by=by, now=now)


@transaction.atomic
def approve_move(change: OrderChange, *, by: User, now: datetime) -> OrderChange:
    """Approve a late move: swap old and new in this transaction. Source: S39

    :raises NothingToAnswer: when it does not wait any more.
    :raises TimeRefusedInWords: when the new time has come meanwhile.
    :raises PersonTaken: when its hold ran out and nobody is left.
    """
    order = locked_order(change.order)
    change = _waiting(order)
    if change.offered:
        raise NothingToAnswer(_("The customer answers this offer."))
    hold_again(order, change, now=now)
    return apply_move(order, change, by=by, now=now)


@transaction.atomic
def decline_move(change: OrderChange, *, reason: str, by: User | None, now: datetime, expired: bool = False) -> OrderChange:
    """Refuse a late move, or let it run out: the order keeps its old time and the customer is told. Source: S39"""
    order = locked_order(change.order)
    change = _waiting(order)
    close_change(change, state=OrderChange.State.EXPIRED if expired else OrderChange.State.DECLINED, by=by, now=now, reason=reason)
    note_change(order, now=now)
    notices.say_move_declined(order, change, now=now)
    return change


@transaction.atomic
def offer_time(order: Order, *, first: DayWish, by: User, now: datetime) -> OrderChange:
    """Offer the customer another time for a waiting order; someone is held until the answer is due. Source: S9, S30, S48

    :raises PersonTaken: when nobody is free then.
    """
    order = _movable(order, now=now)
    if order.state != Order.State.WAITING:
        raise OrderIsOver(_("This order does not wait any more."))
    when, days, _late = _wish(order, first, now=now, by_staff=True)
    change = _change(order, when, days, schedule_update=OrderChange.ScheduleUpdate.NOT_ASKED, by=by, now=now)
    change.offered, change.answer_due_at = True, min(answer_due(order, now=now), days[0].starts_at)
    hold_new(order, days, until=change.answer_due_at, prefer=None, now=now)
    change.save(force_insert=True)
    note_change(order, now=now)
    notices.say_offered(order, change, now=now)
    return change


@transaction.atomic
def accept_offer(order: Order, *, by: User, now: datetime) -> Order:
    """Take the offered time: the order is confirmed at it.

    :raises NothingToAnswer: when the offer has run out.
    :raises TimeRefusedInWords: when the offered time has come meanwhile.
    :raises PersonTaken: when the hold ran out and nobody is left.
    """
    order = locked_order(order)
    change = _waiting(order)
    if not change.offered:
        raise NothingToAnswer
    hold_again(order, change, now=now)
    apply_move(order, change, by=by, now=now)
    return order


def apply_move(order: Order, change: OrderChange, *, by: User | None, now: datetime) -> OrderChange:
    """Swap the held new time for the old one, carry the engagement along, and say so. The caller holds the lock and the new time's hold."""
    keeper, old_ends_at = staff_of_order(order, now=now), order.ends_at
    assert old_ends_at
    when = When(order.zone, days_from_json(change.new_days))
    days, old_days = days_of_change(order, change), days_of_order(order)
    swap(order.key, order.move_reference, need=need_of_order(order, days), now=now)
    write_days(order, when, days)
    order.calendar_sequence += 1
    order.version += 1
    order.updated_at = now
    change.staff_kept = keeper in (None, staff_of_order(order, now=now))
    change.state, change.decided_by, change.decided_at = OrderChange.State.APPLIED, by, now
    change.save()
    if order.state == Order.State.WAITING:
        confirm(order, by=by, now=now)
        return change
    order.save()
    assert order.engagement
    assert order.number
    withdraw(about=order.number, because=str(_("The order was moved.")), now=now)
    look_after_meeting(order, now=now)
    update_site(order, change, old_days=old_days, now=now)
    move_engagement(order.engagement, days=day_briefs(order), staff_id=staff_of_order(order, now=now), by=by, now=now)
    events.tell_moved(order, change, old_ends_at=old_ends_at, now=now)
    notices.say_moved(order, change, now=now)
    return change


def _movable(order: Order, *, now: datetime) -> Order:
    order = locked_order(order)
    if order.state not in OPEN_STATES:
        raise OrderIsOver
    if order.starts_at and order.starts_at <= now:
        raise TooLateToMove
    if waiting_change_of(order):
        raise MoveIsWaiting
    return order


def _wish(order: Order, first: DayWish, *, now: datetime, by_staff: bool = False) -> tuple[When, tuple[EventDay, ...], bool]:
    """The order's days moved to a new first start, checked. Source: S40"""
    assert order.package
    assert order.starts_at
    assert order.entitlement
    when = When(order.zone, moved_to(wishes_of(order), first))
    days = resolve_days(when, order.package, now=now)
    if days == days_of_order(order):
        raise SameTime
    check_entitlement_covers(order.entitlement, starts_at=days[0].starts_at, ends_at=days[-1].ends_at)
    late = not by_staff and check_lead_time(order.organisation, order.package, zone=order.zone, starts_at=days[0].starts_at, now=now)
    return when, days, late


def _waiting(order: Order) -> OrderChange:
    change = waiting_change_of(order)
    if change is None:
        raise NothingToAnswer
    return change


def _retime_waiting(
    order: Order, change: OrderChange, when: When, days: tuple[EventDay, ...], *, late: bool, by: User | None, now: datetime
) -> OrderChange:
    """Give a waiting order its new time and look again."""
    write_days(order, when, days)
    change.state, change.decided_by, change.decided_at = OrderChange.State.APPLIED, by, now
    change.save(force_insert=True)
    reason = take_someone(order, days, late=late, now=now)
    if not reason:
        confirm(order, by=by, now=now)
        return change
    order.waiting_reason, order.answer_due_at, order.updated_at = reason, answer_due(order, now=now), now
    order.version += 1
    order.save()
    events.tell_waiting(order, now=now)
    notices.say_waiting(order, now=now)
    return change


def _change(order: Order, when: When, days: tuple[EventDay, ...], *, schedule_update: str, by: User | None, now: datetime) -> OrderChange:
    assert order.starts_at
    return OrderChange(
        organisation_id=order.organisation_id,
        order=order,
        state=OrderChange.State.WAITING,
        old_starts_at=order.starts_at,
        new_starts_at=days[0].starts_at,
        old_days=days_to_json(wishes_of(order)),
        new_days=days_to_json(when.days),
        schedule_update=schedule_update,
        requested_by=by,
        requested_at=now,
    )
