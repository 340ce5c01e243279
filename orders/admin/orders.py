"""Every order: the list, and the page of one with everything about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orders.admin.deciding import DecidingAdmin
from orders.admin.filters import AnswerFilter, MineFilter, StartFilter, StateFilter, ZoneRulesFilter
from orders.admin.page import everything_about
from orders.admin.read_only import due, for_reader, state_label, two_lines, when
from orders.desk import looked_for, with_due
from orders.models import Order
from orders.queries import orders_visible_to


@admin.register(Order)
class OrderAdmin(DecidingAdmin):
    """Placed orders of every customer, the newest first."""

    list_display = ("shown_order", "shown_when", "shown_state", "shown_reason", "answer_due")
    list_filter = (StateFilter, "waiting_reason", AnswerFilter, StartFilter, MineFilter, "package", ZoneRulesFilter)
    search_fields = ("number",)
    search_help_text = _("The whole request number, the contact’s whole e-mail address, or the customer’s whole reference")
    ordering = ("-placed_at", "-pk")
    list_per_page = 50  # a hundred rows take a third of a second to draw
    show_full_result_count = False  # nor is everything counted a second time
    fields = ("number",)
    change_form_template = "orders/admin/order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Come through the door; drafts are their owner's alone."""
        placed = orders_visible_to(request.user)  # type: ignore[arg-type]  # staff are signed in
        rows = with_due(placed.select_related("organisation", "package").prefetch_related("days"))
        return for_reader(rows, request).order_by(*self.ordering)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Order], search_term: str) -> tuple[QuerySet[Order], bool]:
        """Look for one thing, by equality."""
        return (looked_for(queryset, search_term) if search_term else queryset), False

    @display(description=_("order"), ordering="number")
    def shown_order(self, order: Order) -> SafeString:
        """Two lines."""
        return two_lines(order.number or "", f"{order.organisation.name}, {order.package}")

    @display(description=_("when"), ordering="starts_at")
    def shown_when(self, order: Order) -> SafeString:
        """When it takes place, where it takes place."""
        return when(order)

    @display(description=_("state"), ordering="state")
    def shown_state(self, order: Order) -> SafeString:
        """The word, coloured."""
        return state_label(order.state)

    @display(description=_("because"))
    def shown_reason(self, order: Order) -> str:
        """Why it waits, or why it was cancelled."""
        if order.waiting_reason:
            return str(Order.WaitingReason(order.waiting_reason).label)
        return str(Order.CancelledBecause(order.cancelled_because).label) if order.cancelled_because else ""

    @display(description=_("answer due"), ordering="due_at")
    def answer_due(self, order: Any) -> SafeString:
        """Until when the customer has to hear from us."""
        return due(order.due_at, order.reader_zone)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show everything about one order."""
        order = self.order_or_404(request, object_id)
        about = everything_about(order, zone=request.user.zone, now=timezone.now())  # type: ignore[union-attr]
        page: HttpResponse = super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})
        return page
