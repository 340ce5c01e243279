"""How allauth signs people in here."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from customers.models import User


@dataclass(frozen=True)
class Portal:
    """The portal's own name and address, which stand in mails instead of whatever Host a request claimed."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """People come by invitation; what allauth writes to them names the configured address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # allauth's signature
        """Refuse everyone: an organisation's administrator invites."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed sign-ins by account; allauth adds the Host, and each of its ports would begin to count anew."""
        return str(credentials.get("email", "")).lower()

    def send_notification_mail(self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str = "") -> None:
        """Tell somebody what was changed about their account; who never confirmed an address has one all the same."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose links are built from the settings, whatever Host the request named."""
        portal = Portal(str(settings.UNFOLD["SITE_TITLE"]), urlsplit(settings.PORTAL_URL).netloc)
        super().send_mail(template_prefix, email, {**context, "current_site": portal, "portal_url": settings.PORTAL_URL})
