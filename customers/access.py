"""Who a page is for. Every view declares its audience; a project test refuses a view without one.

Not signed in: to the sign-in page. Signed in as somebody else: 404, the same as a page that does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.http.response import HttpResponseBase

from customers.models import Role
from customers.requests import PortalRequest

View: TypeAlias = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Audience:
    """Who may open a page: kind is anyone, signed_in, customer or staff; no roles means any role."""

    kind: str
    roles: tuple[str, ...] = ()

    def includes(self, request: PortalRequest) -> bool:
        """Tell whether the signed-in reader belongs to it."""
        if self.kind == "customer":
            membership = request.membership
            return membership is not None and (not self.roles or any(membership.may(role) for role in self.roles))
        if self.kind == "staff":
            return request.user.is_staff and (not self.roles or has_staff_role(request.user, *self.roles))
        return True


def has_staff_role(user: Any, *roles: str) -> bool:
    """Tell whether a member of staff has one of the roles; administrators of the portal have all.

    The roles lie in scheduling, above this app, so they are read from the person's staff record by name.
    """
    staff_member = getattr(user, "staff_member", None)
    return user.is_superuser or bool(set(roles) & set(getattr(staff_member, "roles", ())))


def _declared(audience: Audience, view: View) -> View:
    """Guard the view, and write on it whom it is for."""

    @wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if audience.kind != "anyone":
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not audience.includes(request):
                raise Http404
        return view(request, *args, **kwargs)

    guarded.audience = audience  # type: ignore[attr-defined]
    return guarded


def anyone(view: View) -> View:
    """Declare a page for everyone, signed in or not."""
    return _declared(Audience("anyone"), view)


def signed_in(view: View) -> View:
    """Declare a page for everyone who is signed in; what they find there is up to `*_visible_to`."""
    return _declared(Audience("signed_in"), view)


def customer(role: str | None = None) -> Callable[[View], View]:
    """Declare a page for the members of an organisation, from this role upwards."""
    audience = Audience("customer", (Role(role),) if role else ())
    return lambda view: _declared(audience, view)


def staff(*roles: str) -> Callable[[View], View]:
    """Declare a page for the provider's staff with one of these roles, or any."""
    return lambda view: _declared(Audience("staff", roles), view)
