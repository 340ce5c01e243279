"""Step 2 of an order: is the session on the site, and what does the site say about it? Source: S24 to S27"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.access import customer
from customers.clock import now_of
from customers.models import Role
from customers.refusals import Refusal
from customers.requests import CustomerRequest
from orders.actions.drafting import save_meeting, take_site_time
from orders.forms.wizard import MeetingForm, SiteTimeForm, meeting_initial
from orders.models import Order
from orders.queries import is_at_other_time
from orders.views.steps import draft_at, step_page
from webex.queries import Answer, MeetingFound, find_meeting, is_connected


@customer(Role.ORDERER)
@require_http_methods(["GET", "POST"])
def meeting(request: CustomerRequest, key: str) -> HttpResponse:
    """Say whether the session is on the site; a connected site is asked, and whatever it answers, the next step is one click away."""
    draft, now = draft_at(request, key, step=Order.Step.MEETING), now_of(request)
    if isinstance(draft, HttpResponse):
        return draft
    if "take" in request.POST:
        return _time_chosen(request, draft, now=now)
    assert draft.package
    form = MeetingForm(request.POST or None, initial=meeting_initial(draft), needs_schedule=draft.package.requires_scheduled_meeting)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        found = _looked_up(draft, form, is_wanted="by_hand" not in request.POST, now=now)
        if found.answer == Answer.NOT_FOUND:
            return _page(request, draft, {**context, "not_found": True}, now=now)
        try:
            save_meeting(draft, answers=form.answers(), found=found, by=request.user, now=now)
        except Refusal as refused:
            context["schedule_first"] = True
            form.add_error("is_scheduled", str(refused))
        else:
            return _saved(request, draft, found, now=now)
    return _page(request, draft, context, now=now)


def _looked_up(draft: Order, form: MeetingForm, *, is_wanted: bool, now: datetime) -> MeetingFound:
    """Ask the site, before anything is locked; nobody is asked about a session that is not there yet."""
    assert draft.site
    answers = form.answers()
    if not is_wanted or answers.is_scheduled is False:
        return MeetingFound(Answer.NOT_ASKED)
    return find_meeting(
        draft.site, host_id=answers.host_id, host_email=answers.host_email, meeting_number=answers.meeting_number,
        around=draft.starts_at, now=now,
    )  # fmt: skip


def _saved(request: CustomerRequest, draft: Order, found: MeetingFound, *, now: datetime) -> HttpResponse:
    """On to the next step; first ask about the time when the site's is another. Source: S27"""
    if found.answer == Answer.UNAVAILABLE:
        messages.warning(request, _("Your site gave no answer in time. Type the event information yourself; nothing is lost."))
    elif found.answer == Answer.FOUND:
        messages.success(request, _("We found \u201c%(title)s\u201d on your site and filled in what it says.") % {"title": found.title})
        if is_at_other_time(draft, starts_at=found.starts_at, minutes=found.minutes, recurs=found.is_recurring):
            form = SiteTimeForm(initial={"starts_at": found.starts_at, "minutes": found.minutes})
            return _times(request, draft, form, now=now)
    return redirect("orders:event", draft.key)


def _time_chosen(request: CustomerRequest, draft: Order, *, now: datetime) -> HttpResponse:
    """Keep the time of step 1, or take the site's: then availability is checked again. Source: S27"""
    form = SiteTimeForm(request.POST)
    if request.POST["take"] != "site" or draft.step < Order.Step.EVENT:
        return redirect("orders:event", draft.key)
    if not form.is_valid():
        return redirect("orders:meeting", draft.key)
    try:
        checked = take_site_time(draft, **form.cleaned_data, by=request.user, now=now)
    except Refusal as refused:
        return _times(request, draft, form, now=now, refused=str(refused))
    return redirect("orders:event" if checked.held_until else "orders:times", draft.key)


def _times(request: CustomerRequest, draft: Order, form: SiteTimeForm, *, now: datetime, refused: str = "") -> HttpResponse:
    context = {"form": form, "site_time": form.span(), "refused": refused}
    return step_page(request, draft, "orders/meeting_times.html", Order.Step.MEETING, context, now=now)


def _page(request: CustomerRequest, draft: Order, context: dict[str, Any], *, now: datetime) -> HttpResponse:
    context["is_connected"] = is_connected(draft.site)
    return step_page(request, draft, "orders/meeting.html", Order.Step.MEETING, context, now=now)
