"""The provider's screens for customers, their people and keys."""

from django.contrib import admin
from django.contrib.auth import admin as _registers_groups  # noqa: F401  # first, so that there is something to take back
from django.contrib.auth.models import Group

from customers.admin.joining import ApiKeyAdmin, InvitationAdmin, MembershipAdmin
from customers.admin.organisations import OrganisationAdmin, SiteAdmin
from customers.admin.people import UserAdmin
from customers.admin.signing_in import AuthenticatorAdmin

admin.site.unregister(Group)  # what people may do follows from their role, never from a group

__all__ = ["ApiKeyAdmin", "AuthenticatorAdmin", "InvitationAdmin", "MembershipAdmin", "OrganisationAdmin", "SiteAdmin", "UserAdmin"]
