"""The address that a site's notifications are sent to: verified, kept, answered."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.access import anyone
from customers.keys import digest_of
from customers.sealing import CannotOpen, unseal
from customers.tenancy import enter_scope
from webex.actions import take_hint
from webex.actions.listening import LONGEST_BODY
from webex.doors import connection_with_hook
from webex.signing import HEADER, is_signed


@csrf_exempt
@anyone
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Keep a notification that its site has signed. A hundred slow or failed answers would make Webex stop sending."""
    connection = connection_with_hook(digest_of(token))
    if connection is None:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
        return HttpResponse(status=413)
    try:
        secret = unseal(connection.hook_secret_sealed)
    except CannotOpen:
        return HttpResponseForbidden()
    if not is_signed(secret, request.body, request.headers.get(HEADER, "")):
        return HttpResponseForbidden()
    enter_scope(connection.organisation_id)
    take_hint(connection, request.body, now=timezone.now())
    return HttpResponse(status=204)
