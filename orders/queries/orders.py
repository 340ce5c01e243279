"""The door to a tenant's orders, and what hangs on one."""

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, Count, Prefetch, QuerySet, prefetch_related_objects

from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.choices import ScheduleUpdates
from customers.models import Organisation, User
from customers.queries import rows_of
from customers.statements import Given, Statement
from customers.tenancy import EVERYTHING, scope
from engagements.queries import engagements_visible_to
from orders.models import BulkCheck, Order, OrderChange, OrderService
from webex.queries import may_change_meetings

FULL_VIEW = ("ADMINISTRATOR", "COORDINATOR", "PM")
# All that a list reads of an order.
LISTED = ("number", "title", "state", "starts_at", "zone", "package__name_en", "package__name_fr")


def orders_visible_to(user: Caller, orders: QuerySet[Any] | None = None) -> QuerySet[Order]:
    """Return the placed orders this caller may open: their organisation's, or as staff all or those they work on.

    Of all orders, or of these. A draft is opened by `draft_of` only.
    """
    placed = rows_of(user, (Order.objects.all() if orders is None else orders).exclude(state=Order.State.DRAFT))
    if isinstance(user, KeyBearer) or not user.is_staff or has_staff_role(user, *FULL_VIEW):
        return placed
    return placed.filter(engagement__in=engagements_visible_to(user))


def order_visible_to(user: User, number: str) -> Order | None:
    """Return one of `orders_visible_to` with what its page shows; None for what is another's and what is nobody's."""
    if user.is_staff or user.working_for is None:
        return orders_visible_to(user, _SHOWN).filter(number=number).first()
    return next(iter(_OWN.ask(organisation=user.working_for.organisation_id, number=number)), None)


_SHOWN = Order.objects.select_related("organisation", "package", "site", "engagement")


_OWN = Statement(_SHOWN.exclude(state=Order.State.DRAFT).filter(organisation_id=Given("organisation"), number=Given("number", CharField())))


def bulk_checks_visible_to(user: Caller) -> QuerySet[BulkCheck]:
    """Return the bulk questions of the caller's organisation."""
    return rows_of(user, BulkCheck.objects.all())


def draft_of(user: User, key: str, organisation: Organisation) -> Order:
    """The draft, for the person who owns it, inside the organisation they work in.

    :raises Order.DoesNotExist: when it is another's or not there.
    """
    return Order.objects.select_related("organisation", "package", "site").get(key=key, owner=user, organisation=organisation)


def drafts_of(user: User, organisation: Organisation) -> list[Order]:
    """Return unfinished orders of this person for a list, at most five, newest first."""
    return _DRAFTS.ask(user=user.pk, organisation=organisation.pk)


_DRAFTS = Statement(
    Order.objects.filter(owner_id=Given("user"), organisation_id=Given("organisation"), state=Order.State.DRAFT)
    .select_related("package")
    .only(*LISTED, "key", "step")
    .order_by("-updated_at")[:5]
)


def services_of(order: Order) -> list[OrderService]:
    """What was asked for with a placed order, each with its service; read once, for these do not change any more."""
    prefetch_related_objects([order], Prefetch("services", OrderService.objects.select_related("service").order_by("pk")))
    return list(order.services.all())


def read_along(order: Order, name: str, rows: Sequence[Any]) -> None:
    """Let an order know its rows of this name, which were just written, as if it had been read with them."""
    known = getattr(order, name).all()
    known._result_cache, known._prefetch_done = list(rows), True  # noqa: SLF001 - what prefetch_related does, without asking again
    order.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


def last_move_of(order: Order) -> OrderChange | None:
    """The move that gave the order its present time."""
    return order.changes.filter(state=OrderChange.State.APPLIED).order_by("-decided_at").first()


def can_update_site(order: Order) -> bool:
    """Tell whether we can change the order's meeting on its site ourselves: allowed there, and we know which one it is. Source: S52"""
    is_wanted = order.site is not None and order.site.schedule_updates == ScheduleUpdates.AUTO_AFTER_CONFIRM
    return bool(is_wanted and order.meeting_number and order.host_email) and may_change_meetings(order.site)


def changes_of(order: Order) -> list[OrderChange]:
    """Return the order's moves and what was offered, oldest first."""
    return _CHANGES.ask(order=order.pk)


_CHANGES = Statement(OrderChange.objects.filter(order_id=Given("order")).order_by("requested_at", "id"))


def waiting_change_of(order: Order) -> OrderChange | None:
    """The move or offer that waits for an answer."""
    return order.changes.filter(state=OrderChange.State.WAITING).first()


@scope(EVERYTHING)
def orders_by_state() -> dict[str, int]:
    """Count the placed orders of every organisation, for the metrics; a state without any is there with 0."""
    counted = Order.objects.exclude(state=Order.State.DRAFT).values_list("state").annotate(orders=Count("id")).order_by()
    return {state: 0 for state in Order.State.values if state != Order.State.DRAFT} | dict(counted)
