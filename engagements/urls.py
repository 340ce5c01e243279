"""Addresses of the event day, and of the link that asks who takes an assist."""

from django.urls import path

from engagements.views import answering, day, day_buttons, install

app_name = "engagements"
urlpatterns = [
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("my-day/", day.my_day, name="my_day"),
    path("my-day/manifest.webmanifest", install.manifest, name="manifest"),
    path("my-day/worker.js", install.worker, name="worker"),
    path("my-day/engagements/<slug:number>/", day.day, name="day"),
    path("my-day/engagements/<slug:number>/live/", day.live, name="live"),
    *(
        path(f"my-day/engagements/<slug:number>/{name}/", getattr(day_buttons, name), name=name)
        for name in ("tick", "session", "recording", "incident", "resolve", "change", "settle", "note", "read", "room", "worked")
    ),
]
