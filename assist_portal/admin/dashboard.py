"""The admin's first page: what needs somebody now, each count leading to its list, and the next events."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import PackageService, TaskTemplate
from engagements.queries import engagements_for_list
from orders.desk import late_moves, next_action, overdue, waiting_by_reason, with_who_is_held
from orders.models import Order, OrderChange, Thread
from orders.queries import orders_visible_to
from orders.threads import unanswered
from outbox.models import Message, State
from scheduling.queries import bookings_needing_cover

MOST = 8


@dataclass(frozen=True)
class Tile:
    """A count with where it leads; `late` is how many of them are overdue."""

    words: str | Promise
    count: int
    address: str
    late: int = 0


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the first page. The number of queries does not grow with what there is."""
    now, user = timezone.now(), request.user
    waiting = orders_visible_to(user).filter(state=Order.State.WAITING)  # type: ignore[arg-type]  # staff are signed in
    urgent = with_who_is_held(waiting.select_related("organisation", "package"), now=now).order_by("due_at", "pk")[:MOST]
    zone = user.zone  # type: ignore[union-attr]
    ahead = engagements_for_list(user).filter(ends_at__gte=now).exclude(state="CANCELLED").order_by("starts_at", "pk")[:MOST]  # type: ignore[arg-type]
    return context | {
        "title": _("Overview"),
        "now": now,
        "zone": zone,
        "tiles": [*_waiting(waiting), *_rest()],
        "urgent": [(each, next_action(each, zone), each.due_at) for each in urgent],
        "ahead": ahead,
    }


def _waiting(waiting: Any) -> list[Tile]:
    now, address = timezone.now(), reverse("admin:orders_waitingorder_changelist")
    asked = unanswered(Thread.objects.all())
    moves = late_moves(OrderChange.objects.all(), now=now)
    return [
        *(
            Tile(each.label, each.count, f"{address}?waiting_reason__exact={each.reason}", each.overdue)
            for each in waiting_by_reason(waiting, now=now)
        ),
        Tile(_("Late moves to answer"), moves.count(), reverse("admin:orders_waitingmove_changelist"), moves.filter(overdue(now)).count()),
        Tile(
            _("Changes to answer"),
            asked.count(),
            reverse("admin:orders_thread_changelist") + f"?state__exact={Thread.State.OPEN}",
            asked.filter(answer_due_at__lt=now).count(),
        ),
    ]


def _rest() -> list[Tile]:
    cover = reverse("admin:scheduling_booking_changelist") + "?needs_cover_since__isempty=0&state__exact=BOOKED"
    failed = reverse("admin:outbox_message_changelist") + f"?state__exact={State.FAILED}"
    cells = reverse("admin:catalog_packageservice_changelist") + "?assumed__exact=1"
    duties = reverse("admin:catalog_tasktemplate_changelist") + "?assumed__exact=1"
    return [
        Tile(_("Bookings that need cover"), bookings_needing_cover(timezone.now()).count(), cover),
        Tile(_("Mails that could not be sent"), Message.objects.filter(state=State.FAILED).count(), failed),
        Tile(_("Cells of the comparison to confirm"), PackageService.objects.filter(assumed=True).count(), cells),
        Tile(_("Duties to confirm"), TaskTemplate.objects.filter(assumed=True).count(), duties),
    ]
