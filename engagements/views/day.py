"""My day, and an event day's page: made for a phone in one hand, live for everyone who looks. Source: S75, S85 to S93"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.access import staff
from customers.requests import SignedInRequest
from engagements.cockpit import Clock, Cockpit, Stop, cockpit, my_days, sees_everyones_days, version_of
from engagements.forms.day import ChangeForm, IncidentForm, NoteForm, RoomForm, WorkedForm, draw_key
from engagements.models import RecordingFormat
from engagements.queries import engagements_visible_to

UNCHANGED = 204


@staff()
@require_safe
def my_day(request: SignedInRequest) -> HttpResponse:
    """The event days that the reader works on, what is on now first."""
    now, everyones = timezone.now(), "everyones" in request.GET
    stops = my_days(request.user, everyones=everyones, now=now)
    context = {
        "groups": _grouped(stops),
        "everyones": everyones,
        "sees_everyones": sees_everyones_days(request.user),
        "now": now,
    }
    return render(request, "engagements/my_day.html", context)


@staff()
@require_safe
def day(request: SignedInRequest, number: str) -> HttpResponse:
    """One event day: clock, checklist, run of show, what came up, people."""
    found = get_object_or_404(engagements_visible_to(request.user), number=number)
    return render(
        request, "engagements/day.html", _context(request, cockpit(found, request.user, position=position_in(request), now=timezone.now()))
    )


@staff()
@require_safe
def live(request: SignedInRequest, number: str) -> HttpResponse:
    """The same again for who looks every other second: nothing at all while nothing has changed."""
    found, now = get_object_or_404(engagements_visible_to(request.user), number=number), timezone.now()
    if request.GET.get("seen") == version_of(found, now=now):
        return HttpResponse(status=UNCHANGED)
    shown = cockpit(found, request.user, position=position_in(request), now=now)
    return render(request, "engagements/_live.html", {**_context(request, shown), "swaps": True})


def position_in(request: SignedInRequest) -> int | None:
    """The event day that the address asks for."""
    asked = request.GET.get("day", "")[:3]
    return int(asked) if asked.isdecimal() else None


def _context(request: SignedInRequest, shown: Cockpit) -> dict[str, Any]:
    parts = [part for each in shown.hours for part in each.parts]
    forms = {
        "incident": IncidentForm(auto_id="incident-%s"),
        "change": ChangeForm(auto_id="change-%s"),
        "note": NoteForm(auto_id="note-%s"),
        "worked": WorkedForm.offering(parts, auto_id="worked-%s"),
        "room": RoomForm(auto_id="room-%s", initial={"url": shown.day.support_room_url}),
    }
    return {
        "cockpit": shown,
        "engagement": shown.engagement,
        "days": shown.days,
        "day": shown.day,
        "forms": forms,
        "recording_formats": RecordingFormat.choices,
        "draw_key": draw_key,
        "now": timezone.now(),
    }


def _grouped(stops: list[Stop]) -> list[tuple[str, list[Stop]]]:
    """Put the days under headings: what is on, what comes, what is over but not done with."""
    words = {"on": _("Now"), "ahead": _("Next"), "over": _("Over, with work left")}
    groups: dict[str, list[Stop]] = {"on": [], "ahead": [], "over": []}
    for stop in stops:
        groups[{Clock.BEFORE: "ahead", Clock.OVER: "over"}.get(stop.clock, "on")].append(stop)
    return [(words[name], found) for name, found in groups.items() if found]
