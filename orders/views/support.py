"""Support: guides, the resource library, and whom to ask. Source: S10, S11, S79"""

from django.http import HttpResponse
from django.shortcuts import render

from catalog.queries import library
from customers.access import signed_in
from customers.clock import now_of
from customers.queries import administrators_of
from customers.requests import SignedInRequest
from engagements.queries import coordinator_for


@signed_in
def support(request: SignedInRequest) -> HttpResponse:
    """Show what helps by itself, then the people who help: the organisation's administrators and our coordinator."""
    organisation = request.organisation
    context = {
        "shelves": library(),
        "administrators": administrators_of(organisation) if organisation else [],
        "coordinator": coordinator_for(organisation.pk, now=now_of(request)) if organisation else None,
    }
    return render(request, "orders/support.html", context)
