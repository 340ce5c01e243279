"""The changes a customer asks for, and what both sides write about them. Source: S42, S89, S119"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from customers.access import customer, signed_in
from customers.clock import now_of
from customers.models import Role
from customers.queries import may_order
from customers.refusals import Refusal
from customers.requests import CustomerRequest, SignedInRequest
from orders.actions.threads import open_thread, post, settle
from orders.forms.threads import PostForm, ThreadForm
from orders.models import Thread
from orders.queries import orders_visible_to
from orders.threads import may_open_thread, posts_of, roles_of, threads_of, threads_visible_to
from orders.views.guests import RELATED, may_ask


@signed_in
@require_safe
def threads(request: SignedInRequest, number: str) -> HttpResponse:
    """Every change asked for about one order."""
    order = get_object_or_404(orders_visible_to(request.user).select_related(*RELATED), number=number)
    context = {"order": order, "threads": threads_of(order), "now": now_of(request), "may_ask": may_ask(request) and may_open_thread(order)}
    return render(request, "orders/_threads.html" if request.headers.get("HX-Request") else "orders/threads.html", context)


@customer(Role.ORDERER)
@never_cache
@require_http_methods(["GET", "POST"])
def new_thread(request: CustomerRequest, number: str) -> HttpResponse:
    """Ask for a change; a text that is too long comes back as it was typed."""
    order = get_object_or_404(orders_visible_to(request.user).select_related(*RELATED), number=number)
    form = ThreadForm(request.POST or None, order=order)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            thread = open_thread(
                order, key=answers["once"], subject=answers["subject"], size=answers["size"], text=answers["text"], by=request.user,
                now=now_of(request),
            )  # fmt: skip
            return redirect("orders:thread", thread.key)
        except Refusal as refused:
            form.add_error(None, str(refused))
    return render(request, "orders/new_thread.html", {"order": order, "form": form})


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def thread(request: SignedInRequest, key: str) -> HttpResponse:
    """Read a thread, write in it, settle it. Whoever may only read the order reads it."""
    found = get_object_or_404(threads_visible_to(request.user).select_related("order__site", "order__engagement"), key=key)
    if request.method == "POST" and not may_write(request):
        raise Http404
    if "settle" in request.POST:
        return _settle(request, found)
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post(found, key=form.cleaned_data["once"], text=form.cleaned_data["text"], by=request.user, now=now_of(request))
            return redirect("orders:thread", found.key)
        except Refusal as refused:
            form.add_error(None, str(refused))
    posts = posts_of(found)
    context = {
        "thread": found,
        "order": found.order,
        "posts": posts,
        "roles": roles_of(found.order, [each.author for each in posts]),
        "form": form,
        "now": now_of(request),
        "may_write": may_write(request) and may_open_thread(found.order),
    }
    return render(request, "orders/thread.html", context)


def may_write(request: SignedInRequest) -> bool:
    """Orderers of the customer, and whoever of us may open the order."""
    return request.user.is_staff or may_order(request.membership)


def _settle(request: SignedInRequest, found: Thread) -> HttpResponse:
    try:
        settle(found, by=request.user, now=now_of(request))
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("orders:thread", found.key)
