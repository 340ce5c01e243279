"""Addresses of events and webhooks under /api/v1/."""

from django.urls import path

from outbox.api import DeliveriesView, EndpointsView, EndpointView, EventsView, ReplayFailedView, ReplayView, SecretView

_ENDPOINT = "webhook-endpoints/<slug:key>/"
urlpatterns = [
    path("events/", EventsView.as_view(), name="api-events"),
    path("webhook-endpoints/", EndpointsView.as_view(), name="api-webhook-endpoints"),
    path(_ENDPOINT, EndpointView.as_view(), name="api-webhook-endpoint"),
    path(f"{_ENDPOINT}rotate-secret/", SecretView.as_view(), name="api-webhook-secret"),
    path(f"{_ENDPOINT}replay/", ReplayFailedView.as_view(), name="api-webhook-replay-failed"),
    path(f"{_ENDPOINT}deliveries/", DeliveriesView.as_view(), name="api-webhook-deliveries"),
    path(f"{_ENDPOINT}deliveries/<slug:delivery>/replay/", ReplayView.as_view(), name="api-webhook-replay"),
]
