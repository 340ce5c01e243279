"""Ending the figures by mail, from a link in each of them: no sign-in, one click. Source: RFC 8058"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from customers.access import anyone
from customers.requests import PortalRequest
from reports.actions.mailing import person_of, stop_mailing


@csrf_exempt  # mail programs post here without having seen a page; the token is what opens it, and it opens nothing else
@anyone
@never_cache
def unsubscribe(request: PortalRequest, token: str) -> HttpResponse:
    """Ask with a button, because scanners of mail open every link; end it on the click."""
    person = person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        stop_mailing(person)
    return render(request, "reports/unsubscribe.html", {"done": request.method == "POST"})
