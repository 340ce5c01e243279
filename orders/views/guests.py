"""Who may open an order's move and cancel pages: people who are signed in, and whoever has spent a one-time link. Source: S45"""

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.access import anyone
from customers.models import User
from customers.queries import may_order
from customers.refusals import Refusal
from customers.requests import PortalRequest
from customers.tenancy import enter_scope
from customers.throttle import seconds_until_free, too_many
from orders.actions.links import is_alive, mail_link, spend_link
from orders.doors import link_by_token, order_by_number_and_email, order_granted
from orders.forms.finding import FindForm, LinkForm
from orders.models import OneTimeLink, Order
from orders.queries import orders_visible_to

GRANT = "order_grants"  # in the session: number and action to the instant the grant ends
GRANT_LIFETIME = timedelta(minutes=30)
RELATED = ("organisation", "package", "site", "engagement", "entitlement")


def order_to_change(request: PortalRequest, number: str, action: str, *, now: datetime) -> Order | None:
    """The order, for who may do this to it now; None when the visitor is not signed in and has no grant.

    :raises Http404: when a signed-in reader may not open it.
    """
    if request.user.is_authenticated:
        order = get_object_or_404(orders_visible_to(request.user).select_related(*RELATED), number=number)
        if not may_change_orders(request):
            raise Http404
        return order
    until = request.session.get(GRANT, {}).get(f"{action}:{number}")
    if not until or datetime.fromisoformat(until) <= now:
        return None
    granted = order_granted(number)
    if granted is None:
        return None
    enter_scope(granted.organisation_id)
    return Order.objects.select_related(*RELATED).get(pk=granted.pk)


def may_change_orders(request: PortalRequest) -> bool:
    """Orderers of the customer; of ours only who may change orders in the admin, so an analyst reads what they work on and no more."""
    if request.user.is_staff:
        return request.user.has_perm("orders.change_order")
    return may_order(request.membership)


def may_ask(request: PortalRequest) -> bool:
    """Only the customer asks for changes, by who may order. Source: S42"""
    return not request.user.is_staff and may_order(request.membership)


def person(request: PortalRequest) -> User | None:
    """Who acts, None for a guest with a link."""
    return request.user if isinstance(request.user, User) else None


def ask_for_link(request: PortalRequest, number: str, action: str, *, now: datetime) -> HttpResponse:
    """For a visitor who is not signed in: mail the one-time link to the order's contact. Every number is answered alike. Source: S45"""
    form = LinkForm(request.POST or None, prefix="link")
    sent = False
    if request.method == "POST" and form.is_valid():
        limited = _limited(request, number, now=now)
        if limited:
            return limited
        order = order_by_number_and_email(number, form.cleaned_data["email"])
        if order:
            enter_scope(order.organisation_id)
            mail_link(order, action=action, now=now)
        sent = True
    return render(request, "orders/ask_for_link.html", {"form": form, "number": number, "action": action, "sent": sent})


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def find(request: PortalRequest) -> HttpResponse:
    """Open an order by its number and contact e-mail, read-only; every miss is answered alike. Source: S43, S45"""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number, now = form.cleaned_data["number"], timezone.now()
        limited = _limited(request, number, now=now)
        if limited:
            return limited
        order = order_by_number_and_email(number, form.cleaned_data["email"])
        if order:
            enter_scope(order.organisation_id)
            return render(request, "orders/found.html", {"order": Order.objects.select_related("package").get(pk=order.pk), "now": now})
        form.add_miss()
    return render(request, "orders/find.html", {"form": form})


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: PortalRequest, token: str) -> HttpResponse:
    """Spend a one-time link. Only the button spends it, so that a mail scanner that opens the address does not. Source: S45"""
    answer = _link_page(request, token, now=timezone.now())
    answer["Referrer-Policy"] = "strict-origin"  # nothing that this page asks for is told the secret in its address
    return answer


def _link_page(request: PortalRequest, token: str, *, now: datetime) -> HttpResponse:
    found = link_by_token(token)
    if found is None:
        return render(request, "orders/dead_link.html", status=404)
    enter_scope(found.organisation_id)
    if request.method == "POST":
        try:
            order = spend_link(found, now=now)
        except Refusal:
            return render(request, "orders/dead_link.html", status=404)
        request.session[GRANT] = {f"{found.action}:{order.number}": (now + GRANT_LIFETIME).isoformat()}
        return redirect("orders:move" if found.action == OneTimeLink.Action.MOVE else "orders:cancel", order.number)
    if not is_alive(found, now=now):
        return render(request, "orders/dead_link.html", status=404)
    return render(request, "orders/link.html", {"link": found, "order": found.order})


def _limited(request: PortalRequest, number: str, *, now: datetime) -> HttpResponse | None:
    """The refusal when this number or this address was tried too often. Source: S45"""
    seconds = settings.FIND_MINUTES * 60
    keys = (f"find:number:{number}", f"find:address:{get_adapter().get_client_ip(request)}")
    exceeded = [too_many(key, limit=settings.FIND_TRIES, seconds=seconds, now=now) for key in keys]  # each try counts for both
    if not any(exceeded):
        return None
    answer = render(request, "orders/too_many_tries.html", {"minutes": settings.FIND_MINUTES}, status=429)
    answer["Retry-After"] = str(max(seconds_until_free(key, now) for key, full in zip(keys, exceeded, strict=True) if full))
    return answer
