"""Second factors, so that somebody who lost theirs can be helped; the secrets themselves are shown to nobody."""

from typing import ClassVar

from allauth.account import admin as _registers_addresses  # noqa: F401  # first, so that there is something to take back
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _registers_factors  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _registers_sessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

admin.site.unregister(EmailAddress)  # an address changes only where its owner proves the new one
admin.site.unregister(UserSession)  # sessions are their owner's; switching a person off ends them
admin.site.unregister(Authenticator)  # allauth's own screen shows the secret, and lets it be changed


@admin.register(Authenticator)
class AuthenticatorAdmin(ModelAdmin):
    """What a person proves themselves with besides the password. Whoever lost it has it deleted here, and sets up another."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("user__email", "type")
    fields: ClassVar[tuple[str, ...]] = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People set up their own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        """A factor is what its owner made it."""
        return False
