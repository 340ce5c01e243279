"""The admin's left navigation, by what people come for, with counts where something waits for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.desk import late_moves
from orders.models import Order, OrderChange, Thread
from orders.threads import unanswered

Count = Callable[[], int]


@dataclass(frozen=True)
class Line:
    """One line: a list of rows, or with `page` an address by its name."""

    title: Promise
    icon: str
    model: str = ""
    page: str = ""
    count: Count | None = None


def _waiting_orders() -> int:
    return Order.objects.filter(state=Order.State.WAITING).count()


def _waiting_moves() -> int:
    return late_moves(OrderChange.objects.all(), now=timezone.now()).count()


def _threads() -> int:
    return unanswered(Thread.objects.all()).count()


GROUPS: tuple[tuple[Promise | str, tuple[Line, ...]], ...] = (
    ("", (Line(_("Overview"), "dashboard", page="admin:index"),)),
    (
        _("Desk"),
        (
            Line(_("Waiting orders"), "hourglass_top", "orders.waitingorder", count=_waiting_orders),
            Line(_("Waiting moves"), "event_repeat", "orders.waitingmove", count=_waiting_moves),
            Line(_("Changes asked for"), "forum", "orders.thread", count=_threads),
            Line(_("Orders"), "receipt_long", "orders.order"),
            Line(_("Engagements"), "event", "engagements.engagement"),
            Line(_("Appointments"), "calendar_month", "engagements.appointment"),
            Line(_("Promises"), "checklist", "engagements.task"),
            Line(_("Invoices"), "request_quote", "orders.invoice"),
            Line(_("Messages"), "mail", "outbox.message"),
        ),
    ),
    (
        _("People"),
        (
            Line(_("Week"), "calendar_view_week", page="admin:scheduling_staffmember_week"),
            Line(_("Staff"), "badge", "scheduling.staffmember"),
            Line(_("Bookings"), "event_busy", "scheduling.booking"),
            Line(_("Public holidays"), "celebration", "scheduling.holiday"),
        ),
    ),
    (
        _("Catalogue"),
        (
            Line(_("Packages"), "inventory_2", "catalog.package"),
            Line(_("Services"), "handyman", "catalog.service"),
            Line(_("Comparison"), "table_chart", "catalog.packageservice"),
            Line(_("Duties"), "checklist", "catalog.tasktemplate"),
            Line(_("Entitlements"), "confirmation_number", "catalog.entitlement"),
            Line(_("Cancellation policies"), "percent", "catalog.cancellationpolicy"),
            Line(_("Terms"), "gavel", "catalog.terms"),
            Line(_("Resource library"), "local_library", "catalog.resource"),
            Line(_("Families"), "category", "catalog.family"),
        ),
    ),
    (
        _("Customers"),
        (
            Line(_("Organisations"), "domain", "customers.organisation"),
            Line(_("Sites"), "language", "customers.site"),
            Line(_("Members"), "group", "customers.membership"),
            Line(_("Invitations"), "person_add", "customers.invitation"),
            Line(_("API keys"), "key", "customers.apikey"),
            Line(_("Accounts"), "account_circle", "customers.user"),
            Line(_("Privacy"), "privacy_tip", "reports.person"),
            Line(_("Retention"), "auto_delete", "reports.retentionrun"),
        ),
    ),
)
FOLDED = 6  # longer groups open on demand


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """List the groups; each line only for who may open it. Three counts, on every page of the admin."""
    return [
        {"title": title, "collapsible": len(lines) >= FOLDED, "items": [_item(request, line) for line in lines]} for title, lines in GROUPS
    ]


def _item(request: HttpRequest, line: Line) -> dict[str, Any]:
    app, _dot, model = line.model.partition(".")
    allowed = not line.model or request.user.has_perm(f"{app}.view_{model}")
    return {
        "title": line.title,
        "icon": line.icon,
        "link": reverse(line.page or f"admin:{app}_{model}_changelist"),
        "permission": lambda _request: allowed,
        "badge": line.count() if line.count and allowed else 0,
        "badge_variant": "warning",
    }
