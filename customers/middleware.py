"""What surrounds every page: the transaction under the user's scope, the user's language, the second factor of staff."""

from collections.abc import Callable
from typing import TypeAlias, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from structlog.contextvars import bind_contextvars

from customers.doors import memberships_of
from customers.models import Membership, User
from customers.requests import PortalRequest
from customers.tenancy import EVERYTHING, NOBODY, current_scope, enter_scope, streamed, transaction_under

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]
SESSION_KEY = "organisation"  # which of the user's organisations this session works in


class TenancyMiddleware:
    """Runs the rest of the request in one transaction under the user's scope. Stands right after AuthenticationMiddleware.

    Sets `request.organisation`, `request.membership` (the current ones, or None) and `request.memberships` (all of the user).
    ATOMIC_REQUESTS stays on: the view is then a savepoint, so an exception undoes the view's writes and the error page can still
    query, under the same scope. Calls of the API that only read go without (customers.rest.views).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Enter the scope, answer, and keep nothing of an answer that failed."""
        with transaction_under(NOBODY):
            _enter_scope_of(cast("PortalRequest", request))
            response = self.get_response(request)
            if response.streaming and not getattr(response, "file_to_stream", None):
                response.streaming_content = streamed(current_scope(), response.streaming_content)  # type: ignore[attr-defined]
            if response.status_code >= 500:
                # Django has turned the exception into an answer by now: without this the outer block would commit.
                transaction.set_rollback(True)
        return response


def _enter_scope_of(request: PortalRequest) -> None:
    """Staff see everything, customers the one organisation they work in now, anyone else nobody's rows."""
    request.memberships, request.membership, request.organisation = [], None, None
    user = request.user
    if not isinstance(user, User):
        return
    if user.is_staff:
        enter_scope(EVERYTHING)
        return
    request.memberships = memberships_of(user)
    membership = _current(request.memberships, request.session.get(SESSION_KEY))
    if membership is not None:
        enter_scope(membership.organisation_id)
        bind_contextvars(organisation=membership.organisation_id)  # every line of the log says whose
        user.working_for = membership
        request.membership, request.organisation = membership, membership.organisation


def _current(memberships: list[Membership], wanted: object) -> Membership | None:
    """Return the membership the session chose while it lasts, else the first."""
    chosen = [each for each in memberships if each.organisation_id == wanted]
    return next(iter(chosen or memberships), None)


class LanguageOfUserMiddleware:
    """Speaks the language a signed-in person chose; others get LocaleMiddleware's guess from cookie and browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Stands below TenancyMiddleware, which has loaded the user."""
        if isinstance(request.user, User):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class StaffNeedSecondFactorMiddleware:
    """Sends staff without a second factor to set one up; they see every customer, so a password alone is too little."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave the pages of signing in open, and the language switch: they lead to the second factor."""
        if settings.STAFF_NEED_SECOND_FACTOR and not _leads_there(request) and _has_too_little(request.user):
            messages.info(request, _("Set up a second factor first: an authenticator app or a passkey."))
            return redirect("mfa_index")
        return self.get_response(request)


def _has_too_little(user: User | AnonymousUser) -> bool:
    """Tell whether this is staff without a second factor; recovery codes alone are none."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return isinstance(user, User) and user.is_staff and not is_mfa_enabled(user, factors)


def _leads_there(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("account_login").removesuffix("login/")) or request.path == reverse("set_language")
