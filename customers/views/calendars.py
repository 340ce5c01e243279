"""The address of one's calendar, shown once; and of the organisation's, for its administrator."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from customers.access import customer, signed_in
from customers.actions.calendars import make_feed, revoke_feed
from customers.models import Organisation, Role, User
from customers.requests import CustomerRequest, SignedInRequest


@signed_in
@never_cache
def my_calendar(request: SignedInRequest) -> HttpResponse:
    """Say what a calendar address is; make one, or revoke it."""
    return _calendar(request, organisation=request.organisation, user=request.user)


@customer(Role.ADMINISTRATOR)
@never_cache
def organisation_calendar(request: CustomerRequest) -> HttpResponse:
    """The same, with every order of the organisation."""
    return _calendar(request, organisation=request.organisation, user=None)


def _calendar(request: SignedInRequest, *, organisation: Organisation | None, user: User | None) -> HttpResponse:
    address = ""
    if request.method == "POST" and "revoke" in request.POST:
        revoke_feed(organisation=organisation, user=user)
        messages.success(request, _("The address no longer works."))
        return redirect(request.path)
    if request.method == "POST":
        token = make_feed(organisation=organisation, user=user, now=timezone.now())
        address = f"{settings.PORTAL_URL}/calendar/{token}.ics"
    return render(request, "customers/calendar.html", {"address": address, "whole": user is None})
