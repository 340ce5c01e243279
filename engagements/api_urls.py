"""Addresses of engagements under /api/v1/."""

from django.urls import path

from engagements.api.engagements import EngagementsView, EngagementView
from engagements.api.recordings import OpenView, RecordingsView
from engagements.api.tasks import CompleteView, TasksView, WaiveView

_TASK = "engagements/<slug:number>/tasks/<slug:key>/"
_RECORDINGS = "engagements/<slug:number>/recordings/"
urlpatterns = [
    path("engagements/", EngagementsView.as_view(), name="api-engagements"),
    path("engagements/<slug:number>/", EngagementView.as_view(), name="api-engagement"),
    path("engagements/<slug:number>/tasks/", TasksView.as_view(), name="api-tasks"),
    path(f"{_TASK}complete/", CompleteView.as_view(), name="api-task-complete"),
    path(f"{_TASK}waive/", WaiveView.as_view(), name="api-task-waive"),
    path(_RECORDINGS, RecordingsView.as_view(), name="api-recordings"),
    path(f"{_RECORDINGS}<slug:key>/open/", OpenView.as_view(), name="api-recording-open"),
]
