"""Support: guides, the resource library, and whom to ask. Source: S10, S11, S79"""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from catalog.queries import library
from customers.access import signed_in
from customers.clock import now_of
from customers.queries import administrators_of
from customers.requests import SignedInRequest
from customers.times import reader_language
from engagements.queries import coordinator_for
from orders.guides import guide_html, guides_for


@signed_in
def support(request: SignedInRequest) -> HttpResponse:
    """Show what helps by itself, then the people who help: the organisation's administrators and our coordinator."""
    organisation = request.organisation
    context = {
        "guides": guides_for(request.user),
        "shelves": library(),
        "administrators": administrators_of(organisation) if organisation else [],
        "coordinator": coordinator_for(organisation.pk, now=now_of(request)) if organisation else None,
    }
    return render(request, "orders/support.html", context)


@signed_in
def guide(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show one guide in the reader's language, or in the one it is written in."""
    found = next((each for each in guides_for(request.user) if each.slug == slug), None)
    if found is None:
        raise Http404
    language = found.language_for(reader_language())
    return render(request, "orders/guide.html", {"guide": found, "language": language, "text": guide_html(found, language)})
