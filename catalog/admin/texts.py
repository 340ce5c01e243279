"""Cancellation policies, terms and the resource library."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.admin.base import Rows
from catalog.models import CancellationPolicy, CancellationTier, Resource, Terms


class TierRows(Rows):
    """What cancelling costs from when on."""

    model = CancellationTier
    named_by = ("policy",)
    ordering = ("-hours_before",)


@admin.register(CancellationPolicy)
class PolicyAdmin(ModelAdmin):
    """A policy counts for orders placed from now on; placed ones keep the text and the fees they were shown."""

    list_display = ("name", "code", "is_default")
    ordering = ("id",)
    inlines = (TierRows,)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Without a default nothing could be ordered."""
        return False


@admin.register(Terms)
class TermsAdmin(ModelAdmin):
    """Versions of the terms. What somebody may have accepted is never changed: a new version takes its place."""

    list_display = ("package", "version", "valid_from")
    list_filter = ("package",)
    list_select_related = ("package",)
    ordering = ("package__position", "-valid_from")

    def has_change_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        """A text stays as it was accepted."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        """The same."""
        return False


@admin.register(Resource)
class ResourceAdmin(ModelAdmin):
    """Tutorials, videos and checklists of the support page."""

    list_display = ("title", "shown_family", "kind", "position")
    list_filter = ("family", "kind")
    list_select_related = ("family",)
    search_fields = ("code", "title_en", "title_fr")
    ordering = ("position", "id")

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """An address without a scheme means https."""
        scheme = {"assume_scheme": "https"} if db_field.name == "url" else {}
        return super().formfield_for_dbfield(db_field, request, **scheme, **kwargs)

    @admin.display(description=_("family"), ordering="family")
    def shown_family(self, resource: Resource) -> str:
        """Say for whom it is."""
        return resource.family.name if resource.family else str(_("for everyone"))
