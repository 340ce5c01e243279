"""The two lists a coordinator works through: orders and late moves that wait for an answer."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from customers import times
from orders.admin.filters import AnswerFilter, MineFilter, StartFilter
from orders.admin.read_only import ReadOnlyAdmin, due, for_reader, two_lines, when, wide
from orders.asks import days_from_json
from orders.desk import late_moves, looked_for, next_action, with_who_is_held
from orders.models import Order, OrderChange, WaitingMove, WaitingOrder
from orders.queries import orders_visible_to
from scheduling import localtime


class WaitingAdmin(ReadOnlyAdmin):
    """A list to work through; each row leads to the order's page."""

    list_display_links = None
    show_full_result_count = True  # these lists are short

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever may see orders."""
        return request.user.has_perm("orders.view_order")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What has to be answered first."""
        return ("due_at", "pk")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is done to several at once: each needs a look."""
        return {}


@admin.register(WaitingOrder)
class WaitingOrderAdmin(WaitingAdmin):
    """Orders that wait, the one that has to be answered first on top."""

    list_display = ("shown_order", "shown_when", "shown_reason", "next_step", "answer_due")
    list_filter = ("waiting_reason", AnswerFilter, StartFilter, MineFilter, "package")
    search_fields = ("number",)
    search_help_text = _("The whole request number, the contact’s whole e-mail address, or the customer’s whole reference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what waits."""
        visible = orders_visible_to(request.user).filter(state=Order.State.WAITING)  # type: ignore[arg-type]  # staff are signed in
        rows = WaitingOrder.objects.filter(pk__in=visible.values("pk")).select_related("organisation", "package").prefetch_related("days")
        return for_reader(with_who_is_held(rows, now=timezone.now()), request).order_by("due_at", "pk")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Look for one thing, by equality."""
        return (looked_for(queryset, search_term) if search_term else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its page is the order's."""
        return redirect("admin:orders_order_change", object_id)

    @display(description=_("order"), ordering="number")
    def shown_order(self, order: Order) -> SafeString:
        """Two lines, the first leads to the order."""
        link = _link("admin:orders_order_change", order.pk, order.number or "")
        return two_lines(link, f"{order.organisation.name}, {order.package}")

    @display(description=_("when"), ordering="starts_at")
    def shown_when(self, order: Order) -> SafeString:
        """When it takes place, where it takes place."""
        return when(order)

    @display(description=_("waits because"), ordering="waiting_reason")
    def shown_reason(self, order: Order) -> str:
        """Why it waits."""
        return order.get_waiting_reason_display()

    @display(description=_("what to do"))
    def next_step(self, order: Any) -> SafeString:
        """What can be done now."""
        return format_html('<span class="desk-step">{}</span>', next_action(order, order.reader_zone))

    @display(description=_("answer due"), ordering="due_at")
    def answer_due(self, order: Any) -> SafeString:
        """Until when the customer has to hear from us; an offer waits for the customer instead."""
        return due(order.due_at, order.reader_zone)


@admin.register(WaitingMove)
class WaitingMoveAdmin(WaitingAdmin):
    """Late moves that wait for a yes or no. Source: S39"""

    list_display = ("shown_order", "old_time", "new_time", "who_is_held", "answer_due")
    list_filter = (AnswerFilter,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what waits for us."""
        visible = orders_visible_to(request.user)  # type: ignore[arg-type]  # staff are signed in
        rows = WaitingMove.objects.filter(order__in=visible).select_related("order__organisation", "order__package")
        return for_reader(late_moves(rows, now=timezone.now()), request).order_by("due_at", "pk")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its page is where it is answered."""
        move = self.get_object(request, object_id)
        return redirect("admin:orders_order_answer_move", move.order_id) if move else redirect("admin:orders_waitingmove_changelist")

    @display(description=_("order"))
    def shown_order(self, move: OrderChange) -> SafeString:
        """Two lines, the first leads to the answer."""
        order = move.order
        link = _link("admin:orders_order_answer_move", order.pk, order.number or "")
        return two_lines(link, f"{order.organisation.name}, {order.package}")

    @display(description=_("now"))
    def old_time(self, move: OrderChange) -> SafeString:
        """When it takes place as long as nobody answers."""
        return _all_days(move.old_days, move.order.zone)

    @display(description=_("wanted"), ordering="new_starts_at")
    def new_time(self, move: OrderChange) -> SafeString:
        """When the customer wants it."""
        return _all_days(move.new_days, move.order.zone)

    @display(description=_("held for it"))
    def who_is_held(self, move: Any) -> str:
        """Who would do it."""
        return move.held_name or str(_("nobody any more"))

    @display(description=_("answer due"), ordering="due_at")
    def answer_due(self, move: Any) -> SafeString:
        """Until when the customer has to hear from us."""
        return due(move.due_at, move.reader_zone)


def _link(name: str, pk: int, words: str) -> SafeString:
    return format_html('<a class="desk-link" href="{}">{}</a>', reverse(name, args=[pk]), words)


def _all_days(days: Any, zone: str) -> SafeString:
    starts = [(localtime.reached(day.local_start, zone, last=bool(day.fold)), day.duration) for day in days_from_json(days)]
    return wide(*(times.span(start, start + length, zone) for start, length in starts))
