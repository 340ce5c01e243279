"""Every address of the portal; each app lists its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from assist_portal.machines import views as machines
from assist_portal.mailbox import views as mailbox
from assist_portal.openapi import views as openapi
from assist_portal.sandbox.api import ClockView
from assist_portal.styleguide import styleguide
from customers.views.people import set_language
from orders.views.support import guide, support

handler400 = "assist_portal.error_pages.bad_request"
handler403 = "assist_portal.error_pages.forbidden"
handler404 = "assist_portal.error_pages.not_found"
handler429 = "assist_portal.error_pages.too_many_requests"  # allauth's, not Django's
handler500 = "assist_portal.error_pages.server_error"

urlpatterns = [
    path("healthz", machines.healthz),
    path("readyz", machines.readyz),
    path("metrics", machines.metrics),
    path(".well-known/security.txt", machines.security_txt),
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("", include("customers.urls")),
    path("", include("outbox.urls")),
    path("", include("catalog.urls")),
    path("support/", support, name="support"),
    path("support/guides/<slug:slug>/", guide, name="guide"),
    path("", include("engagements.urls")),
    path("", include("orders.urls")),
    path("", include("reports.urls")),
    path("", include("webex.urls")),
    path("api/v1/openapi.json", openapi.openapi, name="openapi"),
    path("api/v1/sandbox/clock/", ClockView.as_view(), name="api-sandbox-clock"),
    path("api/v1/docs/", openapi.docs, name="api-docs"),
    path("api/v1/", include("customers.api_urls")),
    path("api/v1/", include("outbox.api_urls")),
    path("api/v1/", include("catalog.api_urls")),
    path("api/v1/", include("engagements.api_urls")),
    path("api/v1/", include("orders.api_urls")),
    path("api/v1/", include("reports.api_urls")),
    path("admin/", admin.site.urls),
]

if settings.DEVELOPMENT:
    urlpatterns += [
        path("styleguide/", styleguide, name="styleguide"),
        path("mailbox/", mailbox.mailbox, name="mailbox"),
        path("mailbox/<str:key>/", mailbox.letter, name="mailbox_letter"),
        path("mailbox/<str:key>/html/", mailbox.letter_html, name="mailbox_letter_html"),
        path("mailbox/<str:key>/<int:number>/", mailbox.attachment, name="mailbox_attachment"),
    ]
