"""What the pages of the order form share: whose draft it is, how far it has come, and what stands around each step."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from customers.requests import CustomerRequest
from orders.models import Order
from orders.queries import draft_of
from orders.summary import summary_of

PAGES = {Order.Step.AVAILABILITY: "availability", Order.Step.MEETING: "meeting", Order.Step.EVENT: "event", Order.Step.CHECK: "check"}


def draft_at(request: CustomerRequest, key: str, *, step: int = Order.Step.AVAILABILITY) -> Order | HttpResponse:
    """The owner's draft; the placed order's page when it was placed already; the furthest step when this one is not reached yet."""
    try:
        draft = draft_of(request.user, key, request.organisation)
    except Order.DoesNotExist as missing:
        raise Http404 from missing
    if draft.state != Order.State.DRAFT:
        return redirect("orders:order", draft.number)
    if draft.step < step:
        return redirect(f"orders:{PAGES[Order.Step(draft.step)]}", draft.key)
    return draft


def step_page(request: CustomerRequest, draft: Order, template: str, step: int, context: dict[str, Any], *, now: datetime) -> HttpResponse:
    """A page of one step, with the list of steps, the way back and the order so far."""
    steps = [
        {
            "title": each.label,
            "state": "current" if each == step else "done" if each < step else "next",
            "url": reverse(f"orders:{PAGES[each]}", args=[draft.key]),
        }
        for each in Order.Step
    ]
    back = (
        reverse(f"orders:{PAGES[Order.Step(step - 1)]}", args=[draft.key])
        if step > Order.Step.AVAILABILITY
        else reverse("orders:resources")
    )
    return render(
        request, template, {"draft": draft, "steps": steps, "back_url": back, "summary": summary_of(draft, now=now), "now": now, **context}
    )
