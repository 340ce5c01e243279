"""Packages with their cells, team and duties."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.admin.base import Confirming, Rows
from catalog.models import Family, Package, PackageRole, PackageService, Prerequisite, ProductionShare, Service, TaskTemplate
from customers import times
from customers.admin.audited import AuditedAdmin


def due_words(duty: TaskTemplate) -> str:
    """Say when a duty is due: "24 h before: Start of the event"."""
    anchor, count = duty.get_anchor_display(), abs(duty.offset)
    if not count:
        return anchor
    if duty.offset_kind == TaskTemplate.OffsetKind.ELAPSED_MINUTES:
        length = times.duration(count)
    elif duty.offset_kind == TaskTemplate.OffsetKind.CALENDAR_DAYS:
        length = ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    else:
        length = ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}
    return (_("%(length)s before: %(anchor)s") if duty.offset < 0 else _("%(length)s after: %(anchor)s")) % {
        "length": length,
        "anchor": anchor,
    }


def owner_words(duty: TaskTemplate) -> str:
    """Say who owes a duty: the customer, or which role of ours."""
    return duty.get_role_display() if duty.role else duty.get_side_display()


class CellRows(Rows):
    """What the package says about each service."""

    model = PackageService
    fields = ("service", "inclusion", "amount", "unit", "minimum_minutes", "note_en", "note_fr", "assumed", "source")
    named_by = ("package", "service")
    ordering = ("service__position",)
    can_delete = False

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> "ModelChoiceField[Any]":
        """Read the services once for all rows instead of once for each."""
        field: ModelChoiceField[Any] = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.choices = list(field.choices)  # type: ignore[arg-type]
        return field


class RoleRows(Rows):
    """Whom the package needs."""

    model = PackageRole
    ordering = ("id",)


class ShareRows(Rows):
    """How the production time is meant to be spent."""

    model = ProductionShare
    ordering = ("position",)


class PrerequisiteRows(Rows):
    """What the customer needs."""

    model = Prerequisite
    ordering = ("position",)


class DutyRows(Rows):
    """Who owes what; each opens on a page of its own."""

    model = TaskTemplate
    fields = readonly_fields = ("title_en", "owner", "due", "condition", "source", "assumed")
    ordering = ("position",)
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A duty has too many fields for a row: it is added on its own page."""
        return False

    @display(description=_("owner"))
    def owner(self, duty: TaskTemplate) -> str:
        """Say who."""
        return owner_words(duty)

    @display(description=_("due"))
    def due(self, duty: TaskTemplate) -> str:
        """Say when."""
        return due_words(duty)


@admin.register(Package)
class PackageAdmin(Confirming, AuditedAdmin):
    """What can be ordered. A price that changes counts for new orders; placed ones keep theirs."""

    list_display = ("name", "code", "family", "price", "currency", "is_active", "settled")
    list_filter = ("is_active", "assumed", "family")
    list_select_related = ("family",)
    search_fields = ("code", "name_en", "name_fr")
    ordering = ("position",)
    inlines = (CellRows, RoleRows, DutyRows, PrerequisiteRows, ShareRows)
    actions = ("confirm",)
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ("code", "family", "name_en", "name_fr", "summary_en", "summary_fr", "event_kinds", "position", "is_active")}),
        (_("Charge"), {"fields": ("price", "currency", "included_minutes")}),
        (
            _("When and for how long"),
            {"fields": ("lead_days", "lead_in_minutes", "lead_out_minutes", "max_days", "daily_cap_minutes", "term_months")},
        ),
        (
            _("What it takes"),
            {"fields": ("requires_scheduled_meeting", "requires_certificate", "production_minutes", "recording_minutes", "assumed")},
        ),
    ]


@admin.register(PackageService)
class CellAdmin(Confirming, ModelAdmin):
    """All cells of the comparison; filter "assumed" to see those the sources do not settle."""

    list_display = ("package", "service", "inclusion", "amount", "unit", "minimum_minutes", "source", "settled")
    list_filter = ("assumed", "package", "inclusion")
    list_select_related = ("package", "service")
    search_fields = ("package__code", "service__code", "service__name_en", "service__name_fr")
    ordering = ("package__position", "service__position")
    actions = ("confirm",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A service that is no longer offered is set to "not offered"."""
        return False


@admin.register(TaskTemplate)
class DutyAdmin(Confirming, ModelAdmin):
    """Every duty of both sides. A change counts for orders confirmed from then on."""

    list_display = ("title_and_package", "owner", "due", "condition", "source", "settled")
    list_filter = ("assumed", "package", "side", "role", "phase", "condition", "ladder")
    list_select_related = ("package",)
    search_fields = ("code", "title_en", "title_fr", "source")
    ordering = ("package__position", "position")
    actions = ("confirm",)

    @display(description=_("duty"), header=True)
    def title_and_package(self, duty: TaskTemplate) -> tuple[str, str]:
        """Two lines."""
        return duty.title, duty.package.name

    @display(description=_("owner"))
    def owner(self, duty: TaskTemplate) -> str:
        """Say who."""
        return owner_words(duty)

    @display(description=_("due"))
    def due(self, duty: TaskTemplate) -> str:
        """Say when."""
        return due_words(duty)


@admin.register(Service)
class ServiceAdmin(ModelAdmin):
    """The rows of the comparison."""

    list_display = ("name", "code", "minutes", "is_option", "source")
    search_fields = ("code", "name_en", "name_fr")
    ordering = ("position",)


@admin.register(Family)
class FamilyAdmin(ModelAdmin):
    """What people are certified for."""

    list_display = ("name", "code")
    search_fields = ("code", "name_en", "name_fr")
    ordering = ("id",)
