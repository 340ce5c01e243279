"""Addresses of reports."""

from django.urls import path

from reports.views import exports

app_name = "reports"
urlpatterns = [
    path("reports/exports/", exports.exports, name="exports"),
    path("reports/exports/jobs/<slug:key>/", exports.job, name="job"),
    path("reports/exports/<slug:table>/", exports.export, name="export"),
    path("files/<slug:key>/", exports.file, name="file"),
]
