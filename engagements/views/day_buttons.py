"""What the buttons of an event day's page do: each one action, answered with the page, or with JSON for a page's own script."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import View, staff
from customers.refusals import Refusal
from customers.requests import SignedInRequest
from engagements.actions import add_recording, spend_hours
from engagements.actions.day import (
    mark_note_read,
    moment_made,
    note_change,
    report_incident,
    resolve_incident,
    set_support_room,
    settle_change,
    write_note,
)
from engagements.actions.day_ticks import Tap, session_of, take_tick, tap_session
from engagements.forms.day import (
    ChangeForm,
    DayForm,
    IncidentForm,
    NoteForm,
    RecordingForm,
    ResolveForm,
    RoomForm,
    SessionForm,
    SettleForm,
    TickForm,
    WorkedForm,
    split,
)
from engagements.models import Engagement, Tick
from engagements.queries import engagements_visible_to
from engagements.views.day import position_in

REFUSED = 422
Do = Callable[..., str]


def button(form_class: type[DayForm], *, part: str) -> Callable[[Do], View]:
    """Make a view of what a button does: `do(engagement, request, data, at)`, pressed at that moment, returns what to say."""

    def decorate(do: Do) -> View:
        @wraps(do)
        def view(request: SignedInRequest, number: str) -> HttpResponse:
            found = get_object_or_404(engagements_visible_to(request.user), number=number)
            form, status = form_class(request.POST), 200
            if not form.is_valid():
                status, said = REFUSED, next(str(error) for errors in form.errors.values() for error in errors)
            else:
                try:
                    said = do(found, request, form.cleaned_data, moment_made(form.since, now=timezone.now()))
                except Refusal as refusal:
                    status, said = refusal.status, str(refusal)
            return _answer(request, number, said, status, part)

        return staff()(require_POST(view))

    return decorate


def _answer(request: SignedInRequest, number: str, said: str, status: int, part: str) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"said": said}, status=status)
    if said:
        messages.add_message(request, messages.INFO if status == 200 else messages.ERROR, said)
    position = position_in(request)
    return HttpResponseRedirect(reverse("engagements:day", args=[number]) + (f"?day={position}" if position else "") + f"#{part}")


@button(TickForm, part="checklist")
def tick(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Tick a duty, or take a tick back."""
    taken = take_tick(
        engagement, task_key=data["task"], key=data["key"], done=data["done"], evidence=data["evidence"], made_at=at, seen=data["seen"],
        by=request.user, now=timezone.now(),
    )  # fmt: skip
    if taken.outcome == Tick.Outcome.APPLIED:
        return ""
    if taken.outcome == Tick.Outcome.OUTRUN:
        return _("“%(task)s” was ticked or taken back later than this; the later one counts.") % {"task": taken.task.title}
    who = taken.task.done_by
    if taken.done and who and who != request.user:
        return _("%(name)s had ticked “%(task)s” already.") % {"name": who.get_full_name() or who.email, "task": taken.task.title}
    return ""


@button(SessionForm, part="sessions")
def session(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Enter that a session has begun or ended. Source: S93"""
    tap_session(engagement, key=data["session"], tap=Tap(data["what"]), at=at, seen=data["seen"], by=request.user, now=timezone.now())
    return ""


@button(RecordingForm, part="sessions")
def recording(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Put a recording into the agenda; the promises it keeps are ticked off. Source: S71, S93, S95"""
    add_recording(
        session_of(engagement, data["session"]), url=data["url"], formats=data["formats"], trim_note=data["trim_note"], by=request.user,
        now=timezone.now(),
    )  # fmt: skip
    return _("The recording is in the agenda.")


@button(IncidentForm, part="log")
def incident(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Report what went wrong."""
    report_incident(
        engagement, key=data["key"], what=data["what"], severity=data["severity"], happened_at=at, by=request.user, now=timezone.now()
    )
    return _("The incident is reported.")


@button(ResolveForm, part="log")
def resolve(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Say how an incident was put right."""
    resolve_incident(engagement, key=data["key"], resolution=data["resolution"], resolved_at=at, by=request.user)
    return ""


@button(ChangeForm, part="log")
def change(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Note a small change that somebody asks for. Source: S89"""
    note_change(engagement, key=data["key"], kind=data["kind"], what=data["what"], asked_by=data["asked_by"], asked_at=at, by=request.user)
    return _("The change is noted.")


@button(SettleForm, part="log")
def settle(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """The change is made, or is the customer's own. Source: S89, S119"""
    settle_change(engagement, key=data["key"], state=data["state"], answer=data["answer"], settled_at=at, by=request.user)
    return ""


@button(NoteForm, part="people")
def note(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Leave a note for who takes over."""
    write_note(engagement, key=data["key"], text=data["text"], written_at=at, by=request.user)
    return _("The note is left.")


@button(DayForm, part="people")
def read(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Say that a note has been read."""
    mark_note_read(engagement, key=data["key"], read_at=at, by=request.user)
    return ""


@button(RoomForm, part="people")
def room(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Keep where the support room is. Source: S87"""
    set_support_room(engagement, url=data["url"], by=request.user, now=timezone.now())
    return _("The link is kept.")


@button(WorkedForm, part="hours")
def worked(engagement: Engagement, request: SignedInRequest, data: dict[str, Any], at: datetime) -> str:
    """Enter hours that were worked. Source: S54, S91"""
    spend_hours(engagement, **split(data["part"]), minutes=data["minutes"], reason=data["reason"], key=data["key"], by=request.user, now=at)
    return _("The hours are entered.")
