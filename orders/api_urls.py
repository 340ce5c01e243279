"""Addresses of orders under /api/v1/."""

from django.urls import path

from orders.api.availability import AvailabilityView, BulkStatusView, BulkView
from orders.api.orders import CancelView, MoveView, OrdersView, OrderView

urlpatterns = [
    path("availability/", AvailabilityView.as_view(), name="api-availability"),
    path("availability/bulk/", BulkView.as_view(), name="api-availability-bulk"),
    path("availability/bulk/<slug:key>/", BulkStatusView.as_view(), name="api-availability-bulk-status"),
    path("orders/", OrdersView.as_view(), name="api-orders"),
    path("orders/<slug:number>/", OrderView.as_view(), name="api-order"),
    path("orders/<slug:number>/move/", MoveView.as_view(), name="api-order-move"),
    path("orders/<slug:number>/cancel/", CancelView.as_view(), name="api-order-cancel"),
]
