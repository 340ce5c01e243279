"""Organisations and their sites, as the provider keeps them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from customers.admin.audited import AuditedAdmin
from customers.models import Organisation, Site
from customers.zones import zone_choices


class _ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """Chooses the zone from a list."""

    zone = forms.ChoiceField(label=_("time zone"), choices=zone_choices, widget=UnfoldAdminSelectWidget, initial="UTC")


class SiteInline(TabularInline):  # type: ignore[misc]
    """The sites of one organisation."""

    model = Site
    form = _ZoneForm
    extra = 0
    can_delete = False
    fields = ("host_name", "platform", "zone", "schedule_updates", "is_active")


@admin.register(Organisation)
class OrganisationAdmin(AuditedAdmin):
    """What was agreed with a customer. People are invited, see Invitations."""

    form = _ZoneForm
    inlines = (SiteInline,)
    list_display = ("name", "key", "language", "zone", "lead_time_policy", "shows_contract_price", "business_days")
    list_filter = ("language", "lead_time_policy")
    search_fields = ("name", "key")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "key", "language", "zone")}),
        (_("Agreed"), {"fields": ("lead_time_policy", "shows_contract_price", "business_days")}),
    )

    def get_readonly_fields(self, request: Any, obj: Organisation | None = None) -> tuple[str, ...]:
        """The key stands in addresses and programs: it is chosen once."""
        return ("key",) if obj else ()


@admin.register(Site)
class SiteAdmin(AuditedAdmin):
    """Every customer's sites."""

    form = _ZoneForm
    list_display = ("host_name", "organisation", "platform", "zone", "schedule_updates", "is_active")
    list_filter = ("platform", "schedule_updates", "is_active")
    list_select_related = ("organisation",)
    search_fields = ("host_name", "organisation__name")
    ordering = ("host_name",)

    def get_readonly_fields(self, request: Any, obj: Site | None = None) -> tuple[str, ...]:
        """A site does not move to another organisation."""
        return ("organisation",) if obj else ()
