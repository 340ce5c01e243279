"""Addresses of orders under /api/v1/."""

from django.urls import path

from orders.api import OrdersView

urlpatterns = [path("orders/", OrdersView.as_view(), name="api-orders")]
