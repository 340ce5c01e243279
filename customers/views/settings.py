"""The settings of an organisation, for its administrator."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.access import customer
from customers.actions.api_keys import make_api_key, revoke_api_key
from customers.actions.inviting import invite, withdraw_invitation
from customers.actions.members import change_role, remove_member
from customers.actions.organisations import add_site, change_preferences, change_site
from customers.forms import ApiKeyForm, InvitationForm, NewSiteForm, PreferencesForm, RoleForm, SiteForm
from customers.models import Role
from customers.queries import (
    api_keys_visible_to,
    invitations_visible_to,
    memberships_visible_to,
    open_invitations,
    sites_visible_to,
)
from customers.refusals import Refusal
from customers.requests import CustomerRequest
from customers.views.form_page import do_and_go_back, form_page

_PAGE = "customers/settings_form.html"
administrator = customer(Role.ADMINISTRATOR)


@administrator
def settings_home(request: CustomerRequest) -> HttpResponse:
    """Show members, sites, keys and preferences on one page."""
    now = timezone.now()
    return render(
        request,
        "customers/settings.html",
        {
            "organisation": request.organisation,
            "members": memberships_visible_to(request.user),
            "invitations": open_invitations(invitations_visible_to(request.user), now=now),
            "sites": sites_visible_to(request.user),
            "api_keys": api_keys_visible_to(request.user),
            "now": now,
        },
    )


@administrator
def preferences(request: CustomerRequest) -> HttpResponse:
    """Change the organisation's language and zone."""
    form = PreferencesForm(request.POST or None, instance=request.organisation)
    do = partial(change_preferences, organisation=request.organisation)
    return form_page(request, form, do, template=_PAGE, said=_("The preferences are saved."), title=_("Preferences"))


@administrator
def invite_member(request: CustomerRequest) -> HttpResponse:
    """Write an invitation."""
    form = InvitationForm(request.POST or None)
    do = partial(invite, organisation=request.organisation, by=request.user, now=timezone.now())
    return form_page(
        request, form, do, template="customers/invite.html", said=_("The invitation is on its way."), title=_("Invite somebody")
    )


@administrator
@require_POST
def withdraw(request: CustomerRequest, key: str) -> HttpResponse:
    """Withdraw an open invitation."""
    invitation = get_object_or_404(invitations_visible_to(request.user), key=key)
    do = partial(withdraw_invitation, invitation=invitation, now=timezone.now())
    return do_and_go_back(request, do, said=_("The invitation is withdrawn."))


@administrator
def member(request: CustomerRequest, key: str) -> HttpResponse:
    """Change a member's role; the button to remove them is here too."""
    membership = get_object_or_404(memberships_visible_to(request.user), key=key)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    do = partial(change_role, membership=membership)
    return form_page(
        request, form, do, template="customers/member.html", said=_("The role is changed."), title=str(membership.user), member=membership
    )


@administrator
@require_POST
def remove(request: CustomerRequest, key: str) -> HttpResponse:
    """End a membership."""
    membership = get_object_or_404(memberships_visible_to(request.user), key=key)
    said = _("%(name)s no longer belongs to this organisation.") % {"name": membership.user}
    return do_and_go_back(request, partial(remove_member, membership=membership), said=said)


@administrator
def new_site(request: CustomerRequest) -> HttpResponse:
    """List another site."""
    form = NewSiteForm(request.POST or None, initial={"zone": request.organisation.zone})
    do = partial(add_site, organisation=request.organisation)
    return form_page(request, form, do, template=_PAGE, said=_("The site is listed."), title=_("Add a site"))


@administrator
def site(request: CustomerRequest, host_name: str) -> HttpResponse:
    """Change what is known about a site."""
    listed = get_object_or_404(sites_visible_to(request.user), host_name=host_name)
    form = SiteForm(request.POST or None, instance=listed)
    do = partial(change_site, site=listed)
    return form_page(request, form, do, template=_PAGE, said=_("The site is saved."), title=listed.host_name)


@administrator
@never_cache
def new_api_key(request: CustomerRequest) -> HttpResponse:
    """Make a key and show its token in this answer, once: it is not stored, not even in the session."""
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_api_key(organisation=request.organisation, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "customers/api_key_made.html", {"key": made.key, "token": made.token})
    return render(request, _PAGE, {"form": form, "title": _("Make an API key")})


@administrator
@require_POST
def revoke(request: CustomerRequest, prefix: str) -> HttpResponse:
    """Revoke a key."""
    key = get_object_or_404(api_keys_visible_to(request.user), prefix=prefix)
    return do_and_go_back(request, partial(revoke_api_key, key=key, now=timezone.now()), said=_("The key no longer works."))
