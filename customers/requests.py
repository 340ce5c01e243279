"""What a request carries once TenancyMiddleware and a page's audience have had their say; for annotations only."""

from django.http import HttpRequest
from rest_framework.request import Request

from customers.bearer import KeyBearer
from customers.models import ApiKey, Membership, Organisation, User


class PortalRequest(HttpRequest):
    """Any request: the organisation its reader works for now, or None, and everything they may switch to."""

    organisation: Organisation | None
    membership: Membership | None
    memberships: list[Membership]


class SignedInRequest(PortalRequest):
    """Behind @signed_in or @staff."""

    user: User


class CustomerRequest(SignedInRequest):
    """Behind @customer."""

    organisation: Organisation
    membership: Membership


class KeyRequest(Request):
    """Behind ApiKeyAuthentication and KeyHasScope."""

    user: KeyBearer  # type: ignore[assignment]
    auth: ApiKey
    organisation: Organisation
