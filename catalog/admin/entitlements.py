"""What each organisation may order."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.actions import grant_entitlement
from catalog.forms import EntitlementForm
from catalog.models import Entitlement
from customers.admin.audited import AuditedAdmin


@admin.register(Entitlement)
class EntitlementAdmin(AuditedAdmin):
    """Grants of packages to organisations; units move only with orders."""

    form = EntitlementForm
    list_display = ("organisation", "package", "site", "valid_from", "valid_until", "units", "contract_percent")
    list_filter = ("package", "valid_until")
    list_select_related = ("organisation", "package", "site")
    search_fields = ("organisation__name", "organisation__key")
    autocomplete_fields = ("organisation", "site")
    ordering = ("organisation__name", "valid_until")

    def get_readonly_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> tuple[str, ...]:
        """Whose it is and for what stays as granted: orders count on it."""
        return ("organisation", "site", "package", "used") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> tuple[str, ...]:
        """Show what is used once there is something."""
        asked = ("organisation", "site", "package", "valid_from", "valid_until", "quantity", "contract_percent")
        return (*asked, "used") if obj else asked

    def save_model(self, request: HttpRequest, obj: Entitlement, form: EntitlementForm, change: bool) -> None:
        """Grant by the same action as everything else."""
        if change:
            super().save_model(request, obj, form, change)
            return
        asked: dict[str, Any] = {name: form.cleaned_data[name] for name in EntitlementForm.Meta.fields}
        obj.pk = grant_entitlement(**asked).pk
        obj.refresh_from_db()

    @display(description=_("used"))
    def units(self, entitlement: Entitlement) -> str:
        """Say how many of how many."""
        return _("%(used)d of %(quantity)d") % {"used": entitlement.used, "quantity": entitlement.quantity}
