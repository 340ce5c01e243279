"""What makes my day an app on a phone: its manifest, and the worker that keeps its pages for when there is no network."""

import json
from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.access import anyone
from customers.requests import PortalRequest

SHELL = ("portal.css", "portal.js", "day.js", "day-queue.js", "icons.svg", "mark.svg", "django_htmx/htmx-2.min.js")
ICONS = (("day-192.png", "192x192", "any"), ("day-512.png", "512x512", "any"), ("day-maskable-512.png", "512x512", "maskable"))


@anyone
@require_safe
def manifest(request: PortalRequest) -> HttpResponse:
    """Name the app and its icons, in the reader's language; it names nothing of anybody's."""
    said = {
        "id": reverse("engagements:my_day"),
        "name": _("Assist portal: my day"),
        "short_name": _("My day"),
        "start_url": reverse("engagements:my_day"),
        "scope": reverse("engagements:my_day"),
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#0a5c5a",
        "icons": [{"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose} for name, sizes, purpose in ICONS],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@anyone
@require_safe
def worker(request: PortalRequest) -> HttpResponse:
    """Serve the service worker from inside the folder it looks after."""
    shell = [static(name) for name in SHELL]
    version = sha256(json.dumps([shell, settings.BASE_DIR.stat().st_ctime_ns if settings.DEVELOPMENT else 0]).encode()).hexdigest()[:12]
    context = {
        "shell": json.dumps(shell),
        "version": version,
        "sign_in": reverse("account_login"),
        "title": _("You are offline"),
        "words": _("This page has not been opened on this phone before."),
    }
    return render(request, "engagements/worker.js", context, content_type="text/javascript")
