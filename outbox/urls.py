"""The pages of webhooks."""

from django.urls import path

from outbox import views

app_name = "outbox"
_ENDPOINT = "settings/webhooks/<slug:key>/"
urlpatterns = [
    path("settings/webhooks/", views.webhooks, name="webhooks"),
    path("settings/webhooks/add/", views.add, name="add_endpoint"),
    path(_ENDPOINT, views.endpoint, name="endpoint"),
    path(f"{_ENDPOINT}change/", views.change, name="change_endpoint"),
    path(f"{_ENDPOINT}rotate/", views.rotate, name="rotate_secret"),
    path(f"{_ENDPOINT}do/<slug:what>/", views.act, name="act_on_endpoint"),
    path(f"{_ENDPOINT}deliveries/<slug:delivery>/replay/", views.replay_one, name="replay"),
]
