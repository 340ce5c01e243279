"""What the catalogue's screens share."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.decorators import action, display

from catalog.actions import confirm


class Rows(TabularInline):
    """Rows that belong to one package or policy."""

    extra = 0
    tab = True

    named_by: ClassVar[tuple[str, ...]] = ("package",)  # what a row's own name reads

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read with the rows what they are named by."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.named_by)


class Confirming:
    """Adds the button that settles what the sources leave open. The list to work through: filter "assumed", yes."""

    @action(description=_("Confirm: this is settled"), permissions=["confirm"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Clear the mark on the chosen rows."""
        count = confirm(queryset.filter(assumed=True))
        text = ngettext("%(count)d row is settled.", "%(count)d rows are settled.", count) % {"count": count}
        messages.success(request, text)

    @display(description=_("settled"), ordering="assumed", label={"open": "warning", "settled": "success"})
    def settled(self, row: Any) -> tuple[str, Any]:
        """Say which rows wait to be confirmed."""
        return ("open", str(_("To be confirmed"))) if row.assumed else ("settled", str(_("Settled")))

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Who may change the catalogue answers for it."""
        return bool(self.has_change_permission(request))  # type: ignore[attr-defined]  # of the screen it is mixed into
