"""Addresses of engagements under /api/v1/."""

from django.urls import path

from engagements.api import CompleteView, EngagementsView, EngagementView, TasksView, WaiveView

_TASK = "engagements/<slug:number>/tasks/<slug:key>/"
urlpatterns = [
    path("engagements/", EngagementsView.as_view(), name="api-engagements"),
    path("engagements/<slug:number>/", EngagementView.as_view(), name="api-engagement"),
    path("engagements/<slug:number>/tasks/", TasksView.as_view(), name="api-tasks"),
    path(f"{_TASK}complete/", CompleteView.as_view(), name="api-task-complete"),
    path(f"{_TASK}waive/", WaiveView.as_view(), name="api-task-waive"),
]
