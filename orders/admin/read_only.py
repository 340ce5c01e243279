"""What the desk's screens have in common: nothing is written into a row by hand, and times are told in the reader's zone."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.paginator import InfinitePaginator
from unfold.utils import display_for_label

from customers import times
from customers.admin.audited import AuditedAdmin
from orders.models import Order

STATE_COLOURS = {
    Order.State.WAITING: "warning",
    Order.State.CONFIRMED: "success",
    Order.State.COMPLETED: "info",
    Order.State.CANCELLED: "danger",
}


class ReadOnlyAdmin(AuditedAdmin):
    """Rows are read here and changed by actions only; who may read follows from the role."""

    list_fullwidth = True
    list_filter_sheet = True
    show_full_result_count = False
    counted = 10_000  # who has more rows leafs through them or narrows them; no number is worth counting a million for each page

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, orphans: int = 0, allow_empty_first_page: bool = True
    ) -> Paginator[Any]:
        """Count up to a bound; a list beyond it has a next page, and no number of them. These lists have no action on all rows."""
        found = queryset.order_by().values("pk")[: self.counted + 1].count()
        if found > self.counted:
            unnumbered: Paginator[Any] = InfinitePaginator(queryset, per_page, orphans, allow_empty_first_page)
            return unnumbered
        numbered = Paginator(queryset, per_page, orphans, allow_empty_first_page)
        numbered.count = found
        return numbered

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Orders and moves come from customers."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """States are changed by the buttons, which call the same actions as the customers' pages."""
        return False


def for_reader(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Add `reader_zone` to each row, because the cells of a list do not know who reads them."""
    zone: str = request.user.zone  # type: ignore[union-attr]  # staff are signed in
    read: QuerySet[Any] = rows.annotate(reader_zone=Value(zone))
    return read


def two_lines(first: str, second: str) -> SafeString:
    """A cell of a list as Unfold's `header` draws it; that renders a template for each row."""
    return format_html(
        '<span class="flex flex-col text-right lg:text-left"><strong class="block font-normal">{}</strong>'
        '<span class="block text-base-500">{}</span></span>',
        first,
        second,
    )


def state_label(state: str) -> SafeString:
    """The state of an order, coloured."""
    return _label(state, str(Order.State(state).label))


@lru_cache(maxsize=32)  # every state in both languages
def _label(state: str, words: str) -> SafeString:
    return SafeString(display_for_label((state, words), "", STATE_COLOURS))


def when(order: Order) -> SafeString:
    """Say when an order takes place, in its own zone, a line for each day; `days` should be prefetched."""
    days = sorted(order.days.all(), key=lambda day: day.position)
    return wide(*(times.span(day.starts_at, day.ends_at, order.zone) for day in days))


def wide(*lines: str) -> SafeString:
    """Keep a cell of a list from becoming a narrow column of single words."""
    joined = format_html_join(SafeString("<br>"), "{}", ((unbroken(line),) for line in lines))
    return format_html('<span class="desk-wide">{}</span>', joined)


def unbroken(words: str) -> SafeString:
    """Keep `(UTC-4)` at the end of a time on one line: browsers would break it at the hyphen."""
    before, bracket, offset = words.rpartition("(")
    return format_html('{}<span class="nowrap">{}{}</span>', before, bracket, offset)


def due(instant: datetime | None, zone: str) -> SafeString:
    """Say until when an answer was promised, and how far off that is; in red once it has passed."""
    if instant is None:
        return SafeString("")
    now = timezone.now()
    tone = "desk-late" if instant < now else "desk-quiet"
    words = times.relative(instant, now)
    return format_html(
        '<span class="desk-due {}">{}<span class="desk-relative">{}</span></span>', tone, unbroken(times.moment(instant, zone)), words
    )
