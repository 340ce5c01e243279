"""Members, invitations and API keys."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from customers.actions.api_keys import revoke_api_key
from customers.actions.inviting import invite, withdraw_invitation
from customers.actions.members import LastAdministrator, MemberAlready, change_role, remove_member
from customers.admin.audited import AuditedAdmin
from customers.models import ApiKey, Invitation, Membership, Role
from customers.queries import is_last_administrator, is_member
from customers.refusals import Refusal


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A member's role."""

    def clean_role(self) -> str:
        """Say beforehand what the action would refuse."""
        role = str(self.cleaned_data["role"])
        if role != Role.ADMINISTRATOR and is_last_administrator(self.instance.pk):
            raise forms.ValidationError(str(LastAdministrator(name=str(self.instance.user))), code=LastAdministrator.code)
        return role


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    """Who belongs where. Nobody is put into an organisation: they are invited and accept."""

    form = MembershipForm
    fields = ("organisation", "user", "role", "created_at")
    readonly_fields = ("organisation", "user", "created_at")
    list_display = ("user", "organisation", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "organisation__name")
    ordering = ("organisation__name", "user__email")
    actions = ("remove",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People join by invitation."""
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: MembershipForm, change: bool) -> None:
        """Change the role by the same action as the customer's own page."""
        change_role(membership=obj, role=form.cleaned_data["role"])

    @admin.action(description=_("Remove from the organisation"), permissions=["change"])
    def remove(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        """End memberships, except of last administrators."""
        for membership in chosen.order_by("pk"):
            try:
                remove_member(membership=membership)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("%(name)s no longer belongs to this organisation.") % {"name": membership.user})


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to write to, and for which organisation."""

    def clean(self) -> dict[str, Any]:
        """Say beforehand what the action would refuse."""
        values = self.cleaned_data
        if {"organisation", "email"} <= values.keys() and is_member(values["organisation"], values["email"]):
            self.add_error("email", str(MemberAlready(name=values["email"])))
        return values

    def _post_clean(self) -> None:
        """The action makes the row and is its only judge; an earlier open invitation is no obstacle, it is replaced."""


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin):  # type: ignore[misc]
    """How the first administrator of a new customer comes in."""

    form = InvitationForm
    list_display = ("email", "organisation", "role", "invited_by", "created_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", "accepted_at")
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email", "organisation__name")
    ordering = ("-created_at",)
    actions = ("withdraw",)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        """Everything, once it is written; never its digest."""
        asked = ("organisation", "email", "role")
        return (*asked, "invited_by", "created_at", "expires_at", "accepted_at", "accepted_by", "withdrawn_at") if obj else asked

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is withdrawn and written again."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """Who was invited stays known."""
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: InvitationForm, change: bool) -> None:
        """Write the invitation and its mail by the same action as the customer's own page."""
        made = invite(by=request.user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]  # staff are signed in
        obj.__dict__.update(made.__dict__)

    @admin.action(description=_("Withdraw"), permissions=["add"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        """Make open invitations worthless."""
        for invitation in chosen.order_by("pk"):
            withdraw_invitation(invitation=invitation, now=timezone.now())


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin):
    """Customers make their own keys; here they can be stopped."""

    list_display = ("name", "prefix", "organisation", "scopes", "created_by", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("organisation", "created_by")
    search_fields = ("prefix", "name", "organisation__name")
    ordering = ("-created_at",)
    actions = ("revoke",)
    fields = ("name", "prefix", "organisation", "scopes", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A secret is shown to its owner only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Nothing of a key may change but its end."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        """Make keys worthless at once."""
        for key in chosen.order_by("pk"):
            revoke_api_key(key=key, now=timezone.now())
