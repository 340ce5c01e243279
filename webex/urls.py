"""The settings pages of connections, and the address that sites send notifications to."""

from django.urls import path

from webex.views import connections, hooks

app_name = "webex"
urlpatterns = [
    path("settings/connections/", connections.connections, name="connections"),
    path("settings/connections/<str:host_name>/", connections.connection, name="connection"),
    path("settings/connections/<str:host_name>/end/", connections.end, name="disconnect"),
    path("hooks/webex/<str:token>/", hooks.hook, name="hook"),
]
