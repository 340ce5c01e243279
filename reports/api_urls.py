"""Addresses of reports under /api/v1/."""

from django.urls import path

from reports.api import EventReportView, ReportView

urlpatterns = [
    path("reports/<slug:table>/", ReportView.as_view(), name="api-report"),
    path("reports/engagements/<slug:number>/", EventReportView.as_view(), name="api-event-report"),
]
