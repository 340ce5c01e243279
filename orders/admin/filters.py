"""The filters of the desk's lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.desk import due_soon, mine, overdue
from orders.models import Order
from orders.queries import shifted_by_new_rules

DAY = timedelta(days=1)


class StateFilter(SimpleListFilter):
    """Where an order stands; drafts are not at the desk."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """Every state of a placed order."""
        return [(value, label) for value, label in Order.State.choices if value != Order.State.DRAFT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        return queryset.filter(state=self.value()) if self.value() else queryset


class AnswerFilter(SimpleListFilter):
    """By when the customer was promised an answer. Source: S9, S30"""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """Late, and soon to be late."""
        return [("late", _("Overdue")), ("soon", _("Due within 4 hours"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        choice = {"late": overdue, "soon": due_soon}.get(str(self.value()))
        return queryset.filter(choice(timezone.now())) if choice else queryset


class StartFilter(SimpleListFilter):
    """By when the event begins."""

    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """What a coordinator plans by."""
        return [
            ("now", _("Within 24 hours")),
            ("week", _("Within 7 days")),
            ("fortnight", _("Within 14 days")),
            ("later", _("Later")),
            ("past", _("Past")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list; what goes on now is not past."""
        now = timezone.now()
        ahead = Q(ends_at__gte=now)
        choices = {
            "now": ahead & Q(starts_at__lt=now + DAY),
            "week": ahead & Q(starts_at__lt=now + 7 * DAY),
            "fortnight": ahead & Q(starts_at__lt=now + 14 * DAY),
            "later": Q(starts_at__gte=now + 14 * DAY),
            "past": Q(ends_at__lt=now),
        }
        choice = choices.get(str(self.value()))
        return queryset.filter(choice) if choice else queryset


class MineFilter(SimpleListFilter):
    """The customers one looks after oneself."""

    title = _("customers")
    parameter_name = "customers"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """One's own; all is the default."""
        return [("mine", _("Mine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Any]:
        """Narrow the list."""
        return mine(queryset, request.user) if self.value() == "mine" else queryset  # type: ignore[arg-type]  # staff are signed in


class ZoneRulesFilter(SimpleListFilter):
    """The orders whose zone has other rules than when they were placed. Source: promises row 51"""

    title = _("zone rules")
    parameter_name = "zone_rules"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """Only what to look at."""
        return [("changed", _("Changed since the order"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Any]:
        """Narrow the list."""
        if self.value() != "changed":
            return queryset
        return queryset.filter(pk__in={each.order.pk for each in shifted_by_new_rules(queryset, now=timezone.now())})
