"""The board of both sides' promises, and what the reader does there: tick, waive, take back, declare the agenda final."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.access import signed_in
from customers.clock import now_of
from customers.refusals import Refusal
from customers.requests import SignedInRequest
from engagements.actions import (
    complete_task,
    declare_agenda_final,
    grant_repository,
    open_recording,
    reinstate_task,
    reopen_agenda,
    undo_task,
    waive_task,
    withdraw_repository,
)
from engagements.models import Engagement, Task
from engagements.queries import recordings_of, repository_grants_of, tasks_visible_to
from engagements.queries.hours import hours_of
from orders.board import agenda_of, board_of, may_change_agenda, may_open_repository, waits_for_agenda
from orders.forms.board import AgendaForm, AnswerForm, RepositoryForm
from orders.models import Order
from orders.queries import orders_visible_to
from orders.views.guests import RELATED, may_ask

LONGEST_SEARCH = 60


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def board(request: SignedInRequest, number: str) -> HttpResponse:
    """Show what each side owes; a refused answer comes back with what was typed. Source: S84, S97 to S126"""
    found, now = get_object_or_404(orders_visible_to(request.user).select_related(*RELATED), number=number), now_of(request)
    if found.engagement is None:
        raise Http404
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            return _answered(request, found, found.engagement, now=now)
        except Refusal as why:
            refused = why
    return _page(request, found, found.engagement, refused, now=now)


def _page(
    request: SignedInRequest,
    found: Order,
    engagement: Engagement,
    refused: Refusal | None = None,
    *,
    opened: str = "",
    repository: RepositoryForm | None = None,
    now: datetime,
) -> HttpResponse:
    words = request.GET.get("who", "")[:LONGEST_SEARCH]
    context = {
        "order": found,
        "package": found.package,
        "engagement": engagement,
        "board": board_of(engagement, reader=request.user, words=words, asked_about=request.POST.get("task", ""), now=now),
        "words": words,
        "sessions": agenda_of(engagement),
        "opened": opened,
        "recordings": recordings_of(engagement),
        "grants": repository_grants_of(engagement),
        "repository": (repository or RepositoryForm(engagement=engagement, now=now))
        if may_open_repository(engagement, request.user)
        else None,
        "hours": hours_of(engagement),
        "waits_for_agenda": waits_for_agenda(engagement),
        "may_change_agenda": may_change_agenda(engagement, request.user),
        "may_ask": may_ask(request),
        "refused": refused,
        "typed": request.POST,
        "now": now,
    }
    return render(request, "orders/board.html", context)


def _answered(request: SignedInRequest, found: Order, engagement: Engagement, *, now: datetime) -> HttpResponse:
    """Do what was asked for; back to the board, at the promise it was about."""
    agenda = AgendaForm(request.POST)
    if agenda.is_valid():
        act = declare_agenda_final if agenda.cleaned_data["agenda"] == AgendaForm.FINAL else reopen_agenda
        act(engagement, by=request.user, now=now)
        return redirect(reverse("orders:board", args=[found.number]) + "#agenda")
    if "recording" in request.POST:
        recording = next((each for each in recordings_of(engagement) if each.key == request.POST["recording"]), None)
        if recording is None:
            raise Http404
        open_recording(recording, by=request.user, now=now)
        return _page(request, found, engagement, opened=recording.key, now=now)
    if "grant" in request.POST:
        grant = next((each for each in repository_grants_of(engagement) if str(each.pk) == request.POST["grant"]), None)
        if grant is None:
            raise Http404
        withdraw_repository(grant, by=request.user, now=now)
        return redirect(reverse("orders:board", args=[found.number]) + "#repository")
    if "url" in request.POST:
        return _opened(request, found, engagement, now=now)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    task = get_object_or_404(tasks_visible_to(request.user), key=form.cleaned_data["task"], engagement=engagement)
    _answer(task, form, request, now=now)
    return redirect(reverse("orders:board", args=[found.number]) + f"#promise-{task.key}")


def _opened(request: SignedInRequest, found: Order, engagement: Engagement, *, now: datetime) -> HttpResponse:
    """Let us use the customer's repository; what is missing is said beside its field. Source: S96"""
    form = RepositoryForm(request.POST, engagement=engagement, now=now)
    if not form.is_valid():
        return _page(request, found, engagement, repository=form, now=now)
    said = {name: form.cleaned_data[name] for name in ("url", "valid_from", "valid_until")}
    grant_repository(engagement, **said, by=request.user, now=now)
    return redirect(reverse("orders:board", args=[found.number]) + "#repository")


def _answer(task: Task, form: AnswerForm, request: SignedInRequest, *, now: datetime) -> None:
    said = form.cleaned_data
    if said["answer"] == AnswerForm.DONE:
        complete_task(task, by=request.user, evidence=said["evidence"], now=now)
    elif said["answer"] == AnswerForm.WAIVED:
        waive_task(task, reason=said["reason"], by=request.user, now=now)
    elif task.state == Task.State.WAIVED:
        reinstate_task(task, by=request.user, now=now)
    else:
        undo_task(task, by=request.user, now=now)
