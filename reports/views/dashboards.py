"""The dashboards: of the customer, of who runs engagements, and of the provider. Source: issue of reports, point 2"""

from datetime import time

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import StaffRole
from customers.access import has_staff_role, signed_in, staff
from customers.requests import SignedInRequest
from orders.queries import FULL_VIEW
from reports import dashboards
from reports.charts import Series
from reports.forms import WhatIfForm
from reports.unmet import answer

ONE_SERIES = (Series("", "tone-1"),)


@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """The reader's own: a customer's figures, or what our people have to look at."""
    user, now = request.user, timezone.now()
    if not user.is_staff and request.membership is None:
        return render(request, "orders/no_organisation.html")
    if not user.is_staff:
        context = {
            "orders": dashboards.orders_by_month(dashboards.count_orders(user, now=now), now=now),
            "promises": dashboards.promises_by_month(user, now=now),
            "spend": dashboards.spend_by_month(user, now=now),
            "week": dashboards.this_week(user, now=now),
            "now": now,
            "one_series": ONE_SERIES,
        }
        return render(request, "reports/customer.html", context)
    context = {
        "at_risk": dashboards.at_risk(user, now=now),
        "week": dashboards.this_week(user, now=now),
        "load": dashboards.load_of_staff(StaffRole.PM, now=now) if has_staff_role(user, *FULL_VIEW) else (),
        "sees_all": has_staff_role(user, *FULL_VIEW),
        "now": now,
        "one_series": ONE_SERIES,
    }
    return render(request, "reports/work.html", context)


@staff(*FULL_VIEW)
def business(request: SignedInRequest) -> HttpResponse:
    """What sells, how far ahead, what was refused, how promises are kept, who is busy."""
    user, now = request.user, timezone.now()
    counted = dashboards.count_orders(user, now=now)
    context = {
        "orders": dashboards.orders_by_month(counted, now=now),
        "outcomes": dashboards.outcomes_by_month(counted, now=now),
        "lead": dashboards.lead_times(counted, now=now),
        "refusals": dashboards.refusals_by_month(now=now),
        "promises": dashboards.promises_by_month(user, now=now),
        "utilisation": dashboards.utilisation(now=now),
        "spend": dashboards.spend_by_month(user, now=now),
        "one_series": ONE_SERIES,
        "form": WhatIfForm(initial={"starts": time(9), "ends": time(17), "zone": "Europe/Paris", "language": "fr"}),
    }
    return render(request, "reports/business.html", context)


@staff(*FULL_VIEW)
def what_if(request: SignedInRequest) -> HttpResponse:
    """What one more person would have taken of what was refused in the last twelve months."""
    form = WhatIfForm(request.GET)
    if not form.is_valid():
        return render(request, "reports/what_if.html", {"form": form}, status=422)
    taken, refused = answer(form.person(), now=timezone.now())
    return render(request, "reports/what_if.html", {"form": form, "taken": taken, "refused": refused, "asked": form.words()})
