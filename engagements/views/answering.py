"""The page behind the link in "You are on a new assist": yes or no. Whoever holds the secret may answer, signed in or not."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.access import anyone
from customers.requests import PortalRequest
from customers.tenancy import enter_scope
from engagements.actions.answering import ANSWERABLE, AssignmentAnswered, DeclineReasonMissing, accept_assignment, decline_assignment
from engagements.doors import assignment_by_token
from engagements.forms.answering import YES, AnswerForm
from engagements.models import Assignment
from engagements.queries import seat_with_everything


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: PortalRequest, token: str) -> HttpResponse:
    """Show what is asked, and take the answer. Only a button answers, so a mail scanner that opens the address does not."""
    page = _page(request, token, now=timezone.now())
    page["Referrer-Policy"] = "strict-origin"  # nothing that this page asks for is told the secret in its address
    return page


def _page(request: PortalRequest, token: str, *, now: datetime) -> HttpResponse:
    found = assignment_by_token(token)
    if found is None:
        return render(request, "engagements/dead_answer.html", status=404)
    enter_scope(found.organisation_id)
    seat = seat_with_everything(found.pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _take(seat, form, now=now)
        except DeclineReasonMissing as refused:
            form.add_refusal(refused)
        except AssignmentAnswered:
            return _show(request, seat_with_everything(found.pk), form, status=409)
        else:
            return redirect("engagements:answer", token)
    return _show(request, seat, form)


def _take(seat: Assignment, form: AnswerForm, *, now: datetime) -> None:
    if form.cleaned_data["answer"] == YES:
        accept_assignment(seat, by=seat.staff.user, now=now)
    else:
        decline_assignment(seat, because=form.cleaned_data["because"], by=seat.staff.user, now=now)


def _show(request: PortalRequest, seat: Assignment, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    is_open = seat.ended_at is None and seat.answer in ANSWERABLE
    if not is_open and seat.answered_at is None:  # somebody else sits there now
        return render(request, "engagements/dead_answer.html", status=404 if status == 200 else status)
    context = {
        "assignment": seat,
        "engagement": seat.engagement,
        "days": seat.engagement.days.all(),
        "zone": seat.staff.zone,
        "is_open": is_open,
        "form": form,
    }
    return render(request, "engagements/answer.html", context, status=status)
