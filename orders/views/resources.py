"""The home page of each role and My resources. Source: S10 to S17, S44"""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from catalog.queries import packages_offered_to
from customers.access import anyone, customer, has_staff_role
from customers.clock import now_of
from customers.models import Role
from customers.queries import administrators_of
from customers.requests import CustomerRequest, PortalRequest
from engagements.queries import engagements_visible_to
from orders.invoices import invoices_visible_to
from orders.models import Invoice, Order
from orders.queries import FULL_VIEW, LISTED, drafts_of, orders_visible_to
from orders.threads import threads_visible_to, unanswered

PAGE = 25
LAST_PAGE = 10_000
# Both lists, written once: to write a query costs more than its answer.
HISTORY = Order.objects.select_related("package").only(*LISTED).order_by("-placed_at")
BILLS = (
    Invoice.objects.select_related("order")
    .only("number", "kind", "issued_at", "total", "currency", "credits_id", "order__title", "order__number")
    .order_by("-issued_at", "-number")
)


@anyone
def home(request: PortalRequest) -> HttpResponse:
    """What this is; or the home of one's role."""
    if not request.user.is_authenticated:
        return render(request, "home_signed_out.html")
    if not request.user.is_staff:
        return redirect("orders:resources") if request.membership else render(request, "orders/no_organisation.html")
    now, threads = now_of(request), unanswered(threads_visible_to(request.user))[:PAGE]
    if has_staff_role(request.user, *FULL_VIEW):
        waiting = (
            orders_visible_to(request.user)
            .filter(state=Order.State.WAITING)
            .select_related("organisation", "package")
            .order_by("answer_due_at")
        )
        ahead = orders_visible_to(request.user).filter(state=Order.State.CONFIRMED, starts_at__gte=now)
        ahead = ahead.select_related("organisation", "package").order_by("starts_at")
        return render(request, "orders/home_desk.html", {"waiting": waiting[:PAGE], "ahead": ahead[:PAGE], "threads": threads, "now": now})
    mine = engagements_visible_to(request.user).filter(ends_at__gte=now).select_related("organisation", "package").order_by("starts_at")
    return render(request, "orders/home_staff.html", {"engagements": mine[:PAGE], "threads": threads, "now": now})


def page_of(request: CustomerRequest) -> int:
    """The page asked for; the first for anything that is none."""
    asked = request.GET.get("page", "")[:9]
    return min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() else 1


@customer(Role.VIEWER)
def resources(request: CustomerRequest) -> HttpResponse:
    """Orders and support history, invoices, and the assist services that can be ordered. Source: S12 to S17"""
    now, organisation = now_of(request), request.organisation
    orders = orders_visible_to(request.user, HISTORY)
    page = page_of(request)
    start = (page - 1) * PAGE
    rows = list(orders[start : start + PAGE + 1])
    context = {
        "packages": packages_offered_to(organisation, now=now),
        "drafts": drafts_of(request.user, organisation),
        "orders": rows[:PAGE],
        "page": page,
        "has_more": len(rows) > PAGE,
        "invoices": invoices_visible_to(request.user, BILLS)[:PAGE],
        "administrators": administrators_of(organisation),
        "may_order": request.membership.may(Role.ORDERER),
        "now": now,
    }
    return render(request, "orders/resources.html", context)
