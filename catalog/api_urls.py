"""Addresses of the catalogue under /api/v1/."""

from django.urls import path

from catalog.api import PackagesView, PackageView

urlpatterns = [
    path("packages/", PackagesView.as_view(), name="api-packages"),
    path("packages/<slug:code>/", PackageView.as_view(), name="api-package"),
]
