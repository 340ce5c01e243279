"""An admin screen whose "History" shows the audit trail, and where nothing is deleted."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from customers.audit import audit_trail


class AuditedAdmin(ModelAdmin):  # type: ignore[misc]  # unfold brings no types
    """For models that pghistory tracks."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show what happened to the row and who did it; Django's own list knows only what was done in the admin."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Audit trail: %(name)s") % {"name": row},
            "opts": self.opts,
            "object": row,
            "changes": audit_trail(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/audit_trail.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows are switched off, withdrawn or revoked; deleting would take the history's meaning along."""
        return False
