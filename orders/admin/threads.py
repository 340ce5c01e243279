"""The changes customers ask for, as the coordinator's list; each leads to the page where it is answered."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orders.admin.filters import AnswerFilter
from orders.admin.read_only import ReadOnlyAdmin, due, for_reader, two_lines
from orders.models import Thread
from orders.threads import threads_visible_to

STATE_COLOURS = {Thread.State.OPEN: "warning", Thread.State.ANSWERED: "success", Thread.State.CLOSED: "info"}


@admin.register(Thread)
class ThreadAdmin(ReadOnlyAdmin):
    """What was asked for, the one that has to be answered first on top. Source: S42, S89, S119"""

    list_display = ("shown_subject", "shown_order", "shown_size", "shown_state", "owner", "answer_due")
    list_display_links = None
    list_filter = ("state", AnswerFilter, "size", "owner")
    search_fields = ("order__number",)
    search_help_text = _("The whole request number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the reader may see, each with what it is about."""
        threads = threads_visible_to(request.user).annotate(due_at=F("answer_due_at"))  # type: ignore[arg-type]  # staff are signed in
        return for_reader(threads, request).order_by(F("answer_due_at").asc(nulls_last=True), "-opened_at", "pk")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """As the queryset has it."""
        return (F("answer_due_at").asc(nulls_last=True), "-opened_at", "pk")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Look for one order, by equality."""
        return (queryset.filter(order__number=search_term.strip().upper()) if search_term else queryset), False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is done to several at once: each needs a look."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its page is where it is answered."""
        thread = self.get_object(request, object_id)
        return redirect("orders:thread", thread.key) if thread else redirect("admin:orders_thread_changelist")

    @display(description=_("about"))
    def shown_subject(self, thread: Thread) -> SafeString:
        """Two lines, the first leads to the conversation."""
        link = format_html('<a class="desk-link" href="{}">{}</a>', reverse("orders:thread", args=[thread.key]), thread.subject)
        return two_lines(link, thread.opened_by.get_full_name() or thread.opened_by.email)

    @display(description=_("order"), ordering="order__number")
    def shown_order(self, thread: Thread) -> SafeString:
        """The order it is about."""
        order = thread.order
        link = format_html('<a class="desk-link" href="{}">{}</a>', reverse("admin:orders_order_change", args=[order.pk]), order.number)
        return two_lines(link, f"{order.organisation.name}, {order.package}")

    @display(description=_("size"), ordering="size")
    def shown_size(self, thread: Thread) -> str:
        """Who makes the change."""
        return thread.get_size_display()

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def shown_state(self, thread: Thread) -> tuple[str, str]:
        """Whom it waits for."""
        return thread.state, thread.get_state_display()

    @display(description=_("answer due"), ordering="answer_due_at")
    def answer_due(self, thread: Any) -> SafeString:
        """Until when the customer has to hear from us."""
        return due(thread.due_at, thread.reader_zone)
