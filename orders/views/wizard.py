"""The steps of an order, but for the second. Source: S16 to S38"""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.queries import packages_available_to
from customers.access import customer
from customers.clock import now_of
from customers.models import Role
from customers.queries import administrators_of, sites_visible_to
from customers.refusals import Refusal
from customers.requests import CustomerRequest
from orders.actions.days import offered_times, resolve_days
from orders.actions.drafting import choose_time, discard_draft, save_availability, save_event, start_draft, wait_for_someone
from orders.actions.placing import PersonTaken, place_order
from orders.forms.wizard import (
    TIME_FIELDS,
    AvailabilityForm,
    CheckForm,
    EventForm,
    availability_initial,
    event_initial,
)
from orders.models import Order
from orders.queries import coverage_of
from orders.views.steps import draft_at, step_page

FIELDS = {
    "impossible_local_time": "time",
    "ambiguous_local_time": "time",
    "in_the_past": "date",
    "too_late": "date",
    "days_not_consecutive": "date_2",
    "too_many_days": "date_2",
    "unknown_zone": "zone",
}
FARTHEST = timedelta(days=1000)  # no offer lies further off


@customer(Role.VIEWER)
@require_http_methods(["GET", "POST"])
def new(request: CustomerRequest) -> HttpResponse:
    """Choose what to order; only what is available to this organisation is listed. Source: S11, S15, S16"""
    organisation, now = request.organisation, now_of(request)
    packages = packages_available_to(organisation, now=now)
    if request.method == "POST" and request.membership.may(Role.ORDERER):
        package = get_object_or_404(packages, code=request.POST.get("package", ""))
        site = sites_visible_to(request.user, organisation).filter(is_active=True).first()
        draft = start_draft(by=request.user, organisation=organisation, package=package, site=site, now=now)
        return redirect("orders:availability", draft.key)
    context = {"packages": packages, "administrators": administrators_of(organisation), "may_order": request.membership.may(Role.ORDERER)}
    return render(request, "orders/new.html", context)


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def availability(request: CustomerRequest, key: str) -> HttpResponse:
    """Step 1: who, where, what and when; the check holds who is free. Source: S18 to S23"""
    draft, now = draft_at(request, key), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    form = _availability_form(request, draft, now=now)
    if "show" in request.POST:
        form.look_at_times_only()
    elif request.method == "POST" and form.is_valid():
        try:
            checked = save_availability(draft, ask=form.ask(), by=request.user, now=now)
        except Refusal as refused:
            form.add_refusal(refused, field=_field_of(refused))
        else:
            return redirect("orders:meeting" if checked.held_until else "orders:times", draft.key)
    return _availability_page(request, draft, form, now=now)


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def coverage(request: CustomerRequest, key: str) -> HttpResponse:
    """The picture of step 1 for what is typed now, before anything is checked or kept. Source: S85, S86"""
    draft, now = draft_at(request, key), now_of(request)
    if isinstance(draft, HttpResponse):
        raise Http404
    form = AvailabilityForm(request.POST or request.GET, **_choices(request, now=now))
    return render(request, "orders/_coverage.html", {"asks": True, **_covered(form, now=now)})


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def times(request: CustomerRequest, key: str) -> HttpResponse:
    """Nobody is free: three other times, another date, waiting, or giving up. Source: S48"""
    draft, now = draft_at(request, key), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    if draft.starts_at is None:
        return redirect("orders:availability", draft.key)
    refused = None
    if request.method == "POST":
        if "wait" in request.POST:
            wait_for_someone(draft, by=request.user, now=now)
            return redirect("orders:meeting", draft.key)
        starts_at = _instant(request.POST.get("starts_at", ""), now=now)
        try:
            if starts_at and choose_time(draft, starts_at=starts_at, by=request.user, now=now).held_until:
                return redirect("orders:meeting", draft.key)
            refused = _("That time was taken just now. These are free:") if starts_at else _("Choose one of these times.")
        except Refusal as why:
            refused = str(why)
        draft.refresh_from_db()
    context = {"alternatives": offered_times(draft, now=now), "refused": refused}
    return step_page(request, draft, "orders/times.html", Order.Step.AVAILABILITY, context, now=now)


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def event(request: CustomerRequest, key: str) -> HttpResponse:
    """Step 3: what the event is and which services it needs. Source: S28 to S30"""
    draft, now = draft_at(request, key, step=Order.Step.EVENT), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    assert draft.package
    form = EventForm(request.POST or None, initial=event_initial(draft), package=draft.package)
    if request.method == "POST" and form.is_valid():
        try:
            save_event(draft, answers=form.answers(), by=request.user, now=now)
            return redirect("orders:check", draft.key)
        except Refusal as refused:
            form.add_error("external_reference", str(refused))
    return step_page(request, draft, "orders/event.html", Order.Step.EVENT, {"form": form}, now=now)


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def check(request: CustomerRequest, key: str) -> HttpResponse:
    """The last step: read everything once more, accept the terms, place the order. Source: S31, S33"""
    draft, now = draft_at(request, key, step=Order.Step.CHECK), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            order = place_order(draft, accept_terms=form.cleaned_data["accept_terms"], by=request.user, now=now)
        except PersonTaken:
            return redirect("orders:times", draft.key)
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            return HttpResponseRedirect(reverse("orders:order", args=[order.number]) + "?placed")
    return step_page(request, draft, "orders/check.html", Order.Step.CHECK, {"form": form}, now=now)


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def discard(request: CustomerRequest, key: str) -> HttpResponse:
    """Throw the draft away, asked once. Source: S32"""
    draft, now = draft_at(request, key), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    if request.method == "POST":
        discard_draft(draft, by=request.user, now=now)
        return redirect("orders:resources")
    return render(request, "orders/discard.html", {"draft": draft})


def _availability_page(request: CustomerRequest, draft: Order, form: AvailabilityForm, *, now: datetime) -> HttpResponse:
    return step_page(
        request, draft, "orders/availability.html", Order.Step.AVAILABILITY, {"form": form, **_covered(form, now=now)}, now=now
    )


def _availability_form(request: CustomerRequest, draft: Order, *, now: datetime) -> AvailabilityForm:
    return AvailabilityForm(request.POST or None, initial=availability_initial(draft), **_choices(request, now=now))


def _choices(request: CustomerRequest, *, now: datetime) -> dict[str, Any]:
    organisation = request.organisation
    return {
        "organisation": organisation,
        "sites": sites_visible_to(request.user, organisation).filter(is_active=True),
        "packages": packages_available_to(organisation, now=now),
        "zones": [*sites_visible_to(request.user, organisation).filter(is_active=True).values_list("zone", flat=True), request.user.zone],
    }


def _covered(form: AvailabilityForm, *, now: datetime) -> dict[str, Any]:
    """The staffed window of each day, once the days are typed in full; or why they cannot be taken."""
    if not form.is_bound or TIME_FIELDS & set(form.errors) or not form.cleaned_data.get("package"):
        return {}
    package, when = form.cleaned_data["package"], form.when()
    try:
        return {"coverage": coverage_of(package, resolve_days(when, package, now=now)), "zone": when.zone, "package": package}
    except Refusal as refused:
        return {"why_not": str(refused)}


def _instant(text: str, *, now: datetime) -> datetime | None:
    """What an offer's button says; None for anything that no button of ours says."""
    try:
        instant = parse_datetime(text)
    except ValueError:
        return None
    return instant if instant and instant.tzinfo and abs(instant.timestamp() - now.timestamp()) < FARTHEST.total_seconds() else None


def _field_of(refused: Refusal) -> str | None:
    """The field a refusal is about."""
    return FIELDS.get(refused.code)
