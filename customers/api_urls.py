"""Addresses of organisations under /api/v1/."""

from django.urls import path

from customers.api import SitesView

urlpatterns = [path("sites/", SitesView.as_view(), name="api-sites")]
