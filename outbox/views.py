"""The webhook endpoints of an organisation and what they were told, for its administrator."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.access import customer
from customers.models import Role
from customers.refusals import Refusal
from customers.requests import CustomerRequest
from customers.views.form_page import form_page
from outbox.actions.webhooks import (
    add_endpoint,
    change_endpoint,
    disable_endpoint,
    enable_endpoint,
    remove_endpoint,
    replay,
    replay_failed,
    rotate_secret,
)
from outbox.forms import EndpointForm
from outbox.models import WebhookEndpoint
from outbox.queries import deliveries_visible_to, endpoints_visible_to

NEWEST = 50
administrator = customer(Role.ADMINISTRATOR)


@administrator
def webhooks(request: CustomerRequest) -> HttpResponse:
    """List the endpoints."""
    return render(request, "outbox/webhooks.html", {"endpoints": endpoints_visible_to(request.user).order_by("created_at", "id")})


@administrator
@never_cache
def add(request: CustomerRequest) -> HttpResponse:
    """Add an endpoint and show its secret in this answer, once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_endpoint(organisation=request.organisation, now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "outbox/secret_made.html", {"endpoint": made.endpoint, "secret": made.secret})
    return render(request, "outbox/endpoint_form.html", {"form": form, "title": _("Add a webhook endpoint")})


@administrator
def endpoint(request: CustomerRequest, key: str) -> HttpResponse:
    """Show an endpoint, its state and its newest deliveries."""
    found = _endpoint(request, key)
    deliveries = deliveries_visible_to(request.user).filter(endpoint=found).order_by("-id")[:NEWEST]
    return render(request, "outbox/endpoint.html", {"endpoint": found, "deliveries": deliveries})


@administrator
def change(request: CustomerRequest, key: str) -> HttpResponse:
    """Change where and what."""
    found = _endpoint(request, key)
    form = EndpointForm(request.POST or None, initial={"url": found.url, "kinds": found.kinds, "description": found.description})
    do = partial(change_endpoint, endpoint=found)
    template, title = "outbox/endpoint_form.html", _("Change the endpoint")
    return form_page(request, form, do, template=template, said=_("The endpoint is saved."), back_to="outbox:webhooks", title=title)


@administrator
@never_cache
@require_POST
def rotate(request: CustomerRequest, key: str) -> HttpResponse:
    """Draw a new secret and show it, once."""
    made = rotate_secret(endpoint=_endpoint(request, key), now=timezone.now())
    return render(request, "outbox/secret_made.html", {"endpoint": made.endpoint, "secret": made.secret, "rotated": True})


@administrator
@require_POST
def act(request: CustomerRequest, key: str, what: str) -> HttpResponse:
    """Switch an endpoint off or on, remove it, or send what it did not take once more."""
    found, now = _endpoint(request, key), timezone.now()
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "off": (partial(disable_endpoint, endpoint=found, because=WebhookEndpoint.Because.PAUSED, now=now), _("It is switched off.")),
        "on": (partial(enable_endpoint, endpoint=found), _("It is switched on.")),
        "remove": (partial(remove_endpoint, endpoint=found), _("The endpoint is removed.")),
        "replay": (partial(replay_failed, endpoint=found, now=now), _("What it did not take is on its way again.")),
    }
    if what not in deeds:
        raise Http404
    do, said = deeds[what]
    try:
        do()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("outbox:webhooks") if what == "remove" else redirect("outbox:endpoint", key)


@administrator
@require_POST
def replay_one(request: CustomerRequest, key: str, delivery: str) -> HttpResponse:
    """Send one event once more."""
    found = get_object_or_404(deliveries_visible_to(request.user).filter(endpoint=_endpoint(request, key)), key=delivery)
    try:
        replay(delivery=found, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is on its way again."))
    return redirect("outbox:endpoint", key)


def _endpoint(request: CustomerRequest, key: str) -> WebhookEndpoint:
    return get_object_or_404(endpoints_visible_to(request.user), key=key)
