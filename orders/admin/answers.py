"""What the coordinator can answer to an order: for each answer its form, what its page shows, and the action it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import times
from customers.models import User
from engagements.queries import preview_move
from orders.actions.cancelling import cancel_order, decline_order
from orders.actions.days import offered_times
from orders.actions.holding import days_of_change
from orders.actions.moving import NothingToAnswer, approve_move, decline_move, offer_time
from orders.actions.placing import day_briefs
from orders.actions.waiting import confirm_waiting
from orders.actions.zone_rules import keep_time
from orders.candidates import candidates_for
from orders.desk import confirmation_of
from orders.forms.changing import move_initial
from orders.forms.desk import AnswerMoveForm, CancelForCustomerForm, ConfirmForm, DeclineForm, OfferForm
from orders.models import Order, OrderChange
from orders.queries import cancellation_fee, coverage_of, shifted_days, waiting_change_of
from outbox.actions import NotSendable, resend
from scheduling.queries import bookings_of


def nothing_more(order: Order, now: datetime) -> dict[str, Any]:
    """For answers whose page shows the order and nothing else."""
    return {}


@dataclass(frozen=True)
class Answer:
    """One answer: `act` calls the action and says what was done; `initial` and `context` fill the page."""

    name: str
    title: Promise
    form: type[Form]
    act: Callable[[Order, Any, User, datetime], str]
    context: Callable[[Order, datetime], dict[str, Any]] = nothing_more
    initial: Callable[[Order, datetime], dict[str, Any]] = nothing_more

    @property
    def template(self) -> str:
        """Where its page is drawn."""
        return f"orders/admin/{self.name}.html"


def possible(order: Order, *, now: datetime) -> frozenset[str]:
    """Name the answers that make sense for an order as it is now."""
    change = waiting_change_of(order)
    keep = {"keep_time"} if shifted_days(order, now=now) else set()
    if order.state == Order.State.WAITING:
        return frozenset({"confirm", "decline", "cancel", "withdraw_offer" if change else "offer"} | keep)
    if order.state == Order.State.CONFIRMED:
        return frozenset({"resend", "cancel"} | ({"answer_move"} if change else set()) | keep)
    return frozenset()


def _confirm(order: Order, form: ConfirmForm, by: User, now: datetime) -> str:
    done = confirm_waiting(order, staff=form.cleaned_data["staff"], by=by, now=now)
    taken = bookings_of(done.key, now=now).first()
    return _("Confirmed with %(name)s. The confirmation is on its way to %(email)s.") % {
        "name": taken.staff if taken else "",
        "email": done.email,
    }


def _confirm_context(order: Order, now: datetime) -> dict[str, Any]:
    return {"candidates": candidates_for(order, now=now)}


def _offer(order: Order, form: OfferForm, by: User, now: datetime) -> str:
    change = offer_time(order, first=form.first(order), by=by, now=now)
    assert change.answer_due_at
    words = {"until": times.moment(change.answer_due_at, by.zone), "email": order.email}
    return _("Offered. The time is kept until %(until)s; %(email)s has a mail.") % words


def _offer_context(order: Order, now: datetime) -> dict[str, Any]:
    return {"alternatives": offered_times(order, now=now)}


def _offer_initial(order: Order, now: datetime) -> dict[str, Any]:
    return move_initial(order)


def _withdraw_offer(order: Order, form: Form, by: User, now: datetime) -> str:
    decline_move(_waiting_change(order), reason="", by=by, now=now)
    return _("The offer is withdrawn, and its time is free again.")


def _decline(order: Order, form: DeclineForm, by: User, now: datetime) -> str:
    decline_order(order, reason=form.cleaned_data["reason"], by=by, now=now)
    return _("Declined without a fee. %(email)s is told why.") % {"email": order.email}


def _answer_move(order: Order, form: AnswerMoveForm, by: User, now: datetime) -> str:
    change = _waiting_change(order)
    if form.cleaned_data["answer"] == "approve":
        approve_move(change, by=by, now=now)
        return _("Moved. Everyone concerned is told.")
    decline_move(change, reason=form.cleaned_data["reason"], by=by, now=now)
    return _("Refused: the order keeps its time, and %(email)s is told.") % {"email": order.email}


def _answer_move_context(order: Order, now: datetime) -> dict[str, Any]:
    change = waiting_change_of(order)
    if change is None or order.package is None:
        return {}
    days = days_of_change(order, change)
    held, now_with = bookings_of(order.move_reference, now=now).first(), bookings_of(order.key, now=now).first()
    staff_id = held.staff_id if held else None
    shifts = preview_move(order.engagement, days=day_briefs(order, days), staff_id=staff_id, now=now) if order.engagement else []
    return {"change": change, "coverage": coverage_of(order.package, days), "shifts": shifts, "held": held, "now_with": now_with}


def _cancel(order: Order, form: CancelForCustomerForm, by: User, now: datetime) -> str:
    done = cancel_order(order, accept_fee=form.accepted_fee(), reason=form.cleaned_data["reason"], by=by, by_staff=True, now=now)
    return _("Cancelled. %(email)s and the team are told.") % {"email": done.email}


def _cancel_context(order: Order, now: datetime) -> dict[str, Any]:
    return {"fee": cancellation_fee(order, now=now)}


def _cancel_initial(order: Order, now: datetime) -> dict[str, Any]:
    return {"fee": cancellation_fee(order, now=now).amount}


def _keep_time(order: Order, form: Form, by: User, now: datetime) -> str:
    keep_time(order, now=now)
    return _("The order keeps its time. Nothing that was booked or promised has moved.")


def _keep_time_context(order: Order, now: datetime) -> dict[str, Any]:
    return {"shifted": shifted_days(order, now=now)}


def _resend(order: Order, form: Form, by: User, now: datetime) -> str:
    message = confirmation_of(order)
    if message is None:
        raise NotSendable(_("There is no confirmation to send."))
    resend(message=message, now=now)
    return _("The confirmation will be sent to %(email)s again.") % {"email": message.to}


def _resend_context(order: Order, now: datetime) -> dict[str, Any]:
    return {"message": confirmation_of(order)}


def _waiting_change(order: Order) -> OrderChange:
    change = waiting_change_of(order)
    if change is None:
        raise NothingToAnswer
    return change


CONFIRM = Answer("confirm", gettext_lazy("Confirm the order"), ConfirmForm, _confirm, _confirm_context)
OFFER = Answer("offer", gettext_lazy("Offer another time"), OfferForm, _offer, _offer_context, _offer_initial)
WITHDRAW_OFFER = Answer("withdraw_offer", gettext_lazy("Withdraw the offer"), Form, _withdraw_offer, _answer_move_context)
DECLINE = Answer("decline", gettext_lazy("Decline the order"), DeclineForm, _decline)
ANSWER_MOVE = Answer("answer_move", gettext_lazy("Answer the move"), AnswerMoveForm, _answer_move, _answer_move_context)
CANCEL = Answer("cancel", gettext_lazy("Cancel for the customer"), CancelForCustomerForm, _cancel, _cancel_context, _cancel_initial)
KEEP_TIME = Answer("keep_time", gettext_lazy("Keep the time"), Form, _keep_time, _keep_time_context)
RESEND = Answer("resend", gettext_lazy("Send the confirmation again"), Form, _resend, _resend_context)
