"""Addresses of reports."""

from django.urls import path

from reports.views import dashboards, exports

app_name = "reports"
urlpatterns = [
    path("reports/", dashboards.home, name="home"),
    path("reports/business/", dashboards.business, name="business"),
    path("reports/what-if/", dashboards.what_if, name="what_if"),
    path("reports/exports/", exports.exports, name="exports"),
    path("reports/exports/jobs/<slug:key>/", exports.job, name="job"),
    path("reports/exports/<slug:table>/", exports.export, name="export"),
    path("files/<slug:key>/", exports.file, name="file"),
]
