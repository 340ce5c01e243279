"""The page that compares the packages."""

from django.http import HttpResponse
from django.shortcuts import render

from catalog.queries import comparison, default_policy, packages_available_to
from customers.access import anyone
from customers.clock import now_of
from customers.queries import may_order
from customers.requests import PortalRequest


@anyone
def packages(request: PortalRequest) -> HttpResponse:
    """Compare what each package includes and costs; who may order one can start here. Source: S7, S16"""
    now, available = now_of(request), set()
    if request.organisation and may_order(request.membership):
        available = {package.pk for package in packages_available_to(request.organisation, now=now)}
    context = {
        "comparison": comparison(on=now.date()),
        "policy": default_policy(),
        "available": available,
        "may_order": may_order(request.membership),
    }
    return render(request, "catalog/packages.html", context)
