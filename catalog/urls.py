"""Addresses of the catalogue."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("packages/", views.packages, name="packages"),
]
