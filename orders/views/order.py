"""An order's page, moving and cancelling it. Source: S33 to S53"""

from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from customers.access import anyone, customer, signed_in
from customers.clock import now_of
from customers.models import Role
from customers.refusals import Refusal
from customers.requests import CustomerRequest, PortalRequest, SignedInRequest
from orders.actions.cancelling import OPEN_STATES, cancel_order
from orders.actions.moving import accept_offer, check_move, decline_move, move_order
from orders.actions.placing import PersonTaken
from orders.board import board_of
from orders.forms.changing import CancelForm, MoveForm, ScheduleForm, move_initial
from orders.models import OneTimeLink, Order, OrderChange
from orders.notices import facts
from orders.queries import cancellation_fee, changes_of, held_until, last_move_of, order_visible_to, orders_visible_to, waiting_change_of
from orders.threads import may_open_thread, threads_of
from orders.views.guests import ask_for_link, may_ask, may_change_orders, order_to_change, person
from webex.queries import meetings_seen, site_updates_of


@signed_in
def order(request: SignedInRequest, number: str) -> HttpResponse:
    """Everything about one order: what, when, who, price, promises of both sides. Source: S33, S34"""
    found, now = order_visible_to(request.user, number), now_of(request)
    if found is None:
        raise Http404
    changes, moved = changes_of(found), "moved" in request.GET
    context = {
        **facts(found),
        "now": now,
        "fee": cancellation_fee(found, now=now),
        "board": board_of(found.engagement, reader=request.user, now=now) if found.engagement else None,
        "change": next((each for each in changes if each.state == OrderChange.State.WAITING), None),
        "changes": changes,
        "last_move": last_move_of(found) if moved else None,
        "site_updates": site_updates_of(found.organisation_id, number) if moved else [],
        "meetings_seen": meetings_seen(found.organisation_id, number),
        "is_open": found.state in OPEN_STATES,
        "held_until": held_until(found, now=now) if found.state == Order.State.WAITING else None,
        "may_change": may_change_orders(request),
        "threads": threads_of(found),
        "may_ask": may_ask(request) and may_open_thread(found),
        "placed": "placed" in request.GET,
        "moved": moved,
    }
    return render(request, "orders/order.html", context)


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def move(request: PortalRequest, number: str) -> HttpResponse:
    """Choose a new date and time, see everything that would shift, then confirm. Source: S39, S40, S46 to S52"""
    now = now_of(request)
    found = order_to_change(request, number, OneTimeLink.Action.MOVE, now=now)
    if found is None:
        return ask_for_link(request, number, OneTimeLink.Action.MOVE, now=now)
    form = MoveForm(request.POST or None, initial=move_initial(found))
    schedule = ScheduleForm(request.POST if "confirm" in request.POST else None, order=found)
    context = {**facts(found), "form": form, "schedule": schedule, "asks_schedule": asks_schedule(found), "now": now}
    if request.method == "POST" and form.is_valid():
        try:
            if "confirm" in request.POST and (not asks_schedule(found) or schedule.is_valid()):
                return _moved(request, found, form, schedule, now=now)
            context["preview"] = check_move(found, first=form.first(), by=person(request), now=now)
        except PersonTaken as taken:
            context["alternatives"] = taken.alternatives
        except Refusal as refused:
            form.add_refusal(refused)
    return render(request, "orders/move.html", context)


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def cancel(request: PortalRequest, number: str) -> HttpResponse:
    """Ask Yes or No with the fee of this minute. Source: S41, S53"""
    now = now_of(request)
    found = order_to_change(request, number, OneTimeLink.Action.CANCEL, now=now)
    if found is None:
        return ask_for_link(request, number, OneTimeLink.Action.CANCEL, now=now)
    form = CancelForm(request.POST or None)
    refused: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            cancel_order(
                found,
                accept_fee=form.accepted_fee(),
                reason=form.cleaned_data["reason"],
                by=person(request),
                by_staff=request.user.is_staff,
                now=now,
                version=form.cleaned_data["version"],
            )
            return _after(request, found, "cancelled")
        except Refusal as why:
            refused, form = why, CancelForm(initial={"reason": form.cleaned_data["reason"]})
    fee = cancellation_fee(found, now=now)
    form.initial.update(fee=fee.amount, version=found.version)
    return render(request, "orders/cancel.html", {**facts(found), "form": form, "fee": fee, "refused": refused, "now": now})


@customer(Role.ORDERER)
@require_POST
def answer(request: CustomerRequest, number: str) -> HttpResponse:
    """Take or leave the time that the coordinator offered, or withdraw a move that waits."""
    found, now = get_object_or_404(orders_visible_to(request.user), number=number), now_of(request)
    change = waiting_change_of(found)
    try:
        if "accept" in request.POST:
            accept_offer(found, by=request.user, now=now)
        elif change:
            decline_move(change, reason="", by=request.user, now=now)
    except Refusal as refused:
        return render(request, "orders/refused.html", {"order": found, "refused": refused}, status=refused.status)
    return redirect("orders:order", number)


def asks_schedule(found: Order) -> bool:
    """True when the customer keeps the session on the own site. Source: S49"""
    return bool(found.package and found.package.requires_scheduled_meeting)


def _moved(request: PortalRequest, found: Order, form: MoveForm, schedule: ScheduleForm, *, now: datetime) -> HttpResponse:
    said = schedule.cleaned_data["schedule_update"] if asks_schedule(found) else OrderChange.ScheduleUpdate.NOT_ASKED
    move_order(found, first=form.first(), schedule_update=said, by=person(request), now=now, version=form.cleaned_data["version"])
    return _after(request, found, "moved")


def _after(request: PortalRequest, found: Order, what: str) -> HttpResponse:
    """To the order's page, or for a guest to a page that says what was done."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("orders:order", args=[found.number]) + f"?{what}")
    found.refresh_from_db()
    context = {"order": found, "what": what, "site": found.site, "change": waiting_change_of(found), "last_move": last_move_of(found)}
    return render(request, "orders/done.html", {**context, "currency": cancellation_fee(found, now=found.updated_at).currency})
