"""Addresses of reports."""

from django.urls import path

from reports.views import after, dashboards, exports, mails

app_name = "reports"
urlpatterns = [
    path("reports/", dashboards.home, name="home"),
    path("reports/business/", dashboards.business, name="business"),
    path("reports/what-if/", dashboards.what_if, name="what_if"),
    path("reports/exports/", exports.exports, name="exports"),
    path("reports/exports/jobs/<slug:key>/", exports.job, name="job"),
    path("reports/exports/<slug:table>/", exports.export, name="export"),
    path("reports/engagements/<slug:number>/", after.event_report, name="event_report"),
    path("reports/engagements/<slug:number>/pdf/", after.event_report_pdf, name="event_report_pdf"),
    path("reports/engagements/<slug:number>/json/", after.event_report_json, name="event_report_json"),
    path("reports/engagements/<slug:number>/evidence/", after.evidence_pack, name="evidence"),
    path("reports/engagements/<slug:number>/attendance/", after.take_in, name="attendance"),
    path("unsubscribe/<str:token>/", mails.unsubscribe, name="unsubscribe"),
    path("files/<slug:key>/", exports.file, name="file"),
]
