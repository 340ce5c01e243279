"""What everybody finds: their details, the language, which organisation they work for, and joining one."""

from functools import partial

from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.access import anyone, customer, signed_in
from customers.actions.inviting import join, join_as_new_person
from customers.actions.people import change_profile, choose_language
from customers.doors import invitation_with_digest
from customers.forms import JoinForm, ProfileForm, language_from
from customers.keys import digest_of
from customers.middleware import SESSION_KEY
from customers.models import Invitation
from customers.queries import account_with_address
from customers.refusals import Refusal
from customers.requests import CustomerRequest, PortalRequest, SignedInRequest
from customers.tenancy import scope
from customers.views.form_page import form_page

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    """Change one's own details."""
    form = ProfileForm(request.POST or None, instance=request.user)
    do = partial(change_profile, by=request.user)
    template = "customers/profile.html"
    return form_page(request, form, do, template=template, said=_("Your details are saved."), back_to="customers:profile")


@anyone
@require_POST
def set_language(request: PortalRequest) -> HttpResponseBase:
    """Switch the language; who is signed in finds it again everywhere, others in this browser."""
    language = language_from(request.POST)
    if language and request.user.is_authenticated:
        choose_language(by=request.user, language=language)
    return i18n.set_language(request)


@customer()
@require_POST
def switch_organisation(request: CustomerRequest) -> HttpResponse:
    """Work for another of one's organisations from now on."""
    wanted = request.POST.get("organisation")
    for membership in request.memberships:
        if membership.organisation.key == wanted:
            request.session[SESSION_KEY] = membership.organisation_id
            return redirect("/")
    raise Http404


@anyone
@never_cache
def accept_invitation(request: PortalRequest, token: str) -> HttpResponse:
    """Join an organisation; opening the page spends nothing, so mail scanners may look."""
    invitation = invitation_with_digest(digest_of(token))
    if invitation is None or not invitation.is_open_at(timezone.now()):
        return render(request, "customers/invitation_gone.html", status=404)
    try:
        with scope(invitation.organisation):
            if request.user.is_authenticated or account_with_address(invitation.email):
                return _join_with_account(request, invitation)
            return _join_as_new_person(request, invitation)
    except Refusal as refusal:
        return render(request, "customers/invitation_gone.html", {"refusal": refusal}, status=refusal.status)


def _join_with_account(request: PortalRequest, invitation: Invitation) -> HttpResponse:
    """One click for whom it is for, and the way to sign in for anybody else."""
    user = request.user if request.user.is_authenticated and request.user.email == invitation.email else None
    if request.method == "POST" and user is not None:
        join(invitation=invitation, by=user, now=timezone.now())
        request.session[SESSION_KEY] = invitation.organisation_id
        return redirect("/")
    return render(request, "customers/join.html", {"invitation": invitation, "is_theirs": user is not None})


def _join_as_new_person(request: PortalRequest, invitation: Invitation) -> HttpResponse:
    """Name and password, then signed in."""
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        user = join_as_new_person(invitation=invitation, now=timezone.now(), **form.cleaned_data)
        login(request, user, backend=_BACKEND)
        return redirect("/")
    return render(request, "customers/join.html", {"invitation": invitation, "form": form})
