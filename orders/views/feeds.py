"""Calendars that are subscribed to. Whoever has the address may read it, so it is long, hashed and can be revoked."""

from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from customers.access import anyone
from customers.doors import calendar_feed_with_digest
from customers.keys import digest_of
from customers.requests import PortalRequest
from customers.tenancy import EVERYTHING, enter_scope
from orders.feeds import entries_of
from outbox.calendar import feed


@anyone
@require_safe
def calendar(request: PortalRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address; unknown, revoked and somebody's who has left are the same 404."""
    found = calendar_feed_with_digest(digest_of(token))
    if found is None:
        raise Http404
    enter_scope(found.organisation_id or EVERYTHING)
    reader = found.user or found.organisation
    assert reader
    with translation.override(reader.language):
        body = feed(str(found.organisation or found.user), entries_of(found, now=timezone.now()))
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": 'inline; filename="assist.ics"'})
