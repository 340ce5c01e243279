"""Addresses of organisations under /api/v1/."""

from django.urls import path

from customers.api.keys import KeyView, RotateView
from customers.api.sites import SitesView

urlpatterns = [
    path("sites/", SitesView.as_view(), name="api-sites"),
    path("key/", KeyView.as_view(), name="api-key"),
    path("key/rotate/", RotateView.as_view(), name="api-key-rotate"),
]
