"""The pages of people and organisations."""

from django.urls import path

from customers.views import calendars, people, settings

app_name = "customers"
urlpatterns = [
    path("settings/", settings.settings_home, name="settings"),
    path("settings/me/", people.profile, name="profile"),
    path("settings/me/calendar/", calendars.my_calendar, name="my_calendar"),
    path("settings/calendar/", calendars.organisation_calendar, name="organisation_calendar"),
    path("settings/preferences/", settings.preferences, name="preferences"),
    path("settings/members/invite/", settings.invite_member, name="invite"),
    path("settings/members/<slug:key>/", settings.member, name="member"),
    path("settings/members/<slug:key>/remove/", settings.remove, name="remove_member"),
    path("settings/invitations/<slug:key>/withdraw/", settings.withdraw, name="withdraw_invitation"),
    path("settings/sites/add/", settings.new_site, name="new_site"),
    path("settings/sites/<str:host_name>/", settings.site, name="site"),
    path("settings/keys/add/", settings.new_api_key, name="new_api_key"),
    path("settings/keys/<slug:prefix>/revoke/", settings.revoke, name="revoke_api_key"),
    path("organisation/", people.switch_organisation, name="switch_organisation"),
    path("invitation/<str:token>/", people.accept_invitation, name="accept_invitation"),
]
