"""The pages of the development mailbox; outside development they do not exist."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from assist_portal.mailbox.messages import Letter, find_letter, newest_letters
from customers.access import anyone

SANDBOX = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def _letter(key: str) -> Letter:
    letter = find_letter(settings.MAILBOX_DIR, key)
    if letter is None:
        raise Http404
    return letter


@anyone
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what arrived, newest first."""
    return render(request, "assist_portal/mailbox.html", {"letters": newest_letters(settings.MAILBOX_DIR)})


@anyone
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without parameters
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """Show one message with its parts."""
    return render(request, "assist_portal/letter.html", {"letter": _letter(key)})


@anyone
@require_safe
@xframe_options_sameorigin
def letter_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part by itself, for the frame: no script, no request to anywhere; its links open in the whole window."""
    return HttpResponse(f'<base target="_top">{_letter(key).html}', headers={"Content-Security-Policy": SANDBOX})


@anyone
@require_safe
def attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Download one attachment."""
    for part in _letter(key).attachments:
        if part.number == number:
            headers = {"Content-Disposition": f'attachment; filename="{number}"'}
            return HttpResponse(part.content, content_type="application/octet-stream", headers=headers)
    raise Http404
