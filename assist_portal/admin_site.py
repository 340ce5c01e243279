"""The admin's door: who works at the desk comes in, for anyone else who is signed in there is nothing here."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from customers.access import Audience
from scheduling.access import PERMISSIONS, may_enter_admin


class PortalAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold brings no types
    """Unfold's site with the portal's own door; each screen then asks for its own permission."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let the desk in."""
        return may_enter_admin(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002  # Django's signature
        """Answer 404 to who is signed in and does not belong here; who is not signed in may do so."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        guarded.audience = Audience("staff", tuple(PERMISSIONS))  # type: ignore[attr-defined]
        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in, and it is not here."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", reverse("admin:index")))
        if not self.has_permission(request):
            raise Http404
        answer: HttpResponse = super().login(request, extra_context)
        return answer
