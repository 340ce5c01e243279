"""Deliverables: handed over once, with where they are. Source: S80"""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from customers import times
from customers.models import User
from engagements.actions.planning import deliver
from engagements.admin.base import Deed, DoingAdmin
from engagements.forms.planning import DeliverForm
from engagements.models import Deliverable
from engagements.queries import engagements_visible_to


def _deliver(deliverable: Deliverable, form: DeliverForm, by: User, now: datetime) -> str:
    deliver(deliverable, link=form.cleaned_data["link"], by=by, now=now)
    return gettext("Recorded as delivered.")


@admin.register(Deliverable)
class DeliverableAdmin(DoingAdmin):
    """What customers get besides, what is due first on top."""

    list_display = ("title", "engagement", "due_on", "delivered")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter),)
    ordering = ("due_on", "pk")
    show_full_result_count = False
    actions_detail = ("deliver",)
    deeds = {
        "deliver": Deed("deliver", _("Record the delivery"), DeliverForm, _deliver, is_possible=lambda each, _at: each.delivered_at is None)
    }
    fields = ("engagement", "title", "due_on", "delivered", "link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deliverable]:
        """Those of the engagements one may see."""
        rows = Deliverable.objects.filter(engagement__in=engagements_visible_to(request.user))  # type: ignore[arg-type]
        return rows.select_related("engagement").order_by(*self.ordering)

    @display(description=_("delivered at"), ordering="delivered_at")
    def delivered(self, deliverable: Deliverable) -> str:
        """Empty until then."""
        return times.moment(deliverable.delivered_at, deliverable.engagement.zone) if deliverable.delivered_at else ""

    @action(description=_("Delivered"), icon="check", permissions=["plan"])
    def deliver(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say where it is. Source: S80"""
        return self.do(request, object_id, "deliver")
