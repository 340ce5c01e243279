"""Reads of orders: the door to a tenant's orders, and what an order means for availability and price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Prefetch, QuerySet, prefetch_related_objects

from catalog.models import CancellationPolicy, Package, PackageService
from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.choices import ScheduleUpdates
from customers.models import Organisation, User
from customers.queries import rows_of
from customers.statements import Given, Statement
from customers.tenancy import EVERYTHING, scope
from engagements.queries import engagements_visible_to
from orders import pricing
from orders.models import BulkCheck, Order, OrderChange, OrderDay, OrderService
from scheduling import localtime
from scheduling.models import Booking
from scheduling.queries import Need, bookings_of, live_holds
from scheduling.windows import Coverage, DayWish, EventDay, Rule, cover_days
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


def rule_of(package: Package) -> Rule:
    """What the package staffs around an event day. Source: S3, S64, S85"""
    cap = package.daily_cap_minutes
    return Rule(
        lead_in=timedelta(minutes=package.lead_in_minutes),
        lead_out=timedelta(minutes=package.lead_out_minutes),
        daily_cap=timedelta(minutes=cap) if cap else None,
    )


def coverage_of(package: Package, days: tuple[EventDay, ...]) -> tuple[Coverage, ...]:
    """The staffed window of each day. Source: S85, S86"""
    return cover_days(days, rule_of(package))


def need_of(package: Package, *, zone: str, days: tuple[EventDay, ...], language: str, sandbox: int | None) -> Need:
    """Whom the package books for these days: the role, the certificate and the language. Source: S4, S30, S74"""
    role = next(each.role for each in package.team.all() if each.books_window)
    family = package.family_id if package.requires_certificate else None
    return Need(role=role, family_id=family, language=language, zone=zone, days=days, rule=rule_of(package), sandbox=sandbox)


def days_of_order(order: Order) -> tuple[EventDay, ...]:
    """The order's days in calendar order."""
    return tuple(EventDay(day.starts_at, day.ends_at) for day in sorted(order.days.all(), key=lambda day: day.position))


def services_of(order: Order) -> list[OrderService]:
    """What was asked for with a placed order, each with its service; read once, for these do not change any more."""
    prefetch_related_objects([order], Prefetch("services", OrderService.objects.select_related("service").order_by("pk")))
    return list(order.services.all())


def read_along(order: Order, name: str, rows: Sequence[Any]) -> None:
    """Let an order know its rows of this name, which were just written, as if it had been read with them."""
    known = getattr(order, name).all()
    known._result_cache, known._prefetch_done = list(rows), True  # noqa: SLF001 - what prefetch_related does, without asking again
    order.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


def wishes_of(order: Order) -> tuple[DayWish, ...]:
    """The order's days as they were asked for."""
    rows = order.days.order_by("position")
    return tuple(DayWish(datetime.combine(row.local_date, row.local_time), timedelta(minutes=row.minutes), row.fold) for row in rows)


def wish_at(starts_at: datetime, zone: str) -> DayWish:
    """The wall time of an instant, for `asks.moved_to`."""
    local = localtime.wall(starts_at, zone)
    return DayWish(local.replace(fold=0), timedelta(), local.fold)


def staff_of_order(order: Order, *, now: datetime) -> int | None:
    """Who is booked or held for this order."""
    return bookings_of(order.key, now=now).values_list("staff_id", flat=True).first()


def staff_of_move(order: Order, *, now: datetime) -> int | None:
    """Who is held for the new time that waits for an answer, else who has the order now. Source: S47"""
    held = bookings_of(order.move_reference, now=now).values_list("staff_id", flat=True).first()
    return held or staff_of_order(order, now=now)


def need_of_order(order: Order, days: tuple[EventDay, ...] | None = None) -> Need:
    """Whom this order needs, at its own or at other days."""
    assert order.package
    sandbox = order.organisation.sandbox_id
    return need_of(order.package, zone=order.zone, days=days or days_of_order(order), language=order.assist_language, sandbox=sandbox)


def is_late(package: Package, *, starts_at: datetime, zone: str, now: datetime) -> bool:
    """True inside the lead time. Source: S9"""
    return now > localtime.latest_ordering_instant(starts_at, zone, package.lead_days)


def earliest_in_time(package: Package, *, zone: str, now: datetime) -> datetime:
    """The first start that is outside the lead time when ordering now. Source: S9"""
    return localtime.same_wall_time_days_later(now, zone, package.lead_days)


def live_holds_of(user: User, *, now: datetime, besides: str) -> int:
    """How many orders of this person hold someone's time now. Source: S48"""
    keys = Order.objects.filter(owner=user, state=Order.State.DRAFT).exclude(key=besides).values_list("key", flat=True)
    return live_holds(keys, now=now)


@dataclass(frozen=True)
class Shifted:
    """A day of an order whose wall time means another instant under today's zone rules; `moved` is None when the zone is no more."""

    order: Order
    day: OrderDay
    moved: localtime.Moved | None


def orders_shifted_by_new_rules(user: Caller, *, now: datetime) -> list[Shifted]:
    """List the days to come that would be at another instant if they were asked for today, soonest first.

    Only reports: the customer decides whether the wall time or the instant counts. Source: promises row 51
    """
    orders = orders_visible_to(user).filter(state__in=[Order.State.WAITING, Order.State.CONFIRMED], ends_at__gt=now)
    days = OrderDay.objects.filter(order__in=orders, ends_at__gt=now).select_related("order__organisation", "order__package")
    return [shifted for day in days.order_by("starts_at", "pk") if (shifted := _shifted(day))]


def _shifted(day: OrderDay) -> Shifted | None:
    local = datetime.combine(day.local_date, day.local_time)
    try:
        moved = localtime.moved_by_new_rules(local, day.order.zone, day.starts_at)
    except localtime.UnknownZone:
        return Shifted(day.order, day, None)
    return Shifted(day.order, day, moved) if moved else None


def held_until(order: Order, *, now: datetime) -> datetime | None:
    """Until when someone is held for this order, None when nobody is."""
    held = Booking.objects.filter(reference=order.key, state=Booking.State.HELD, expires_at__gt=now)
    return held.values_list("expires_at", flat=True).order_by("expires_at").first()


def last_move_of(order: Order) -> OrderChange | None:
    """The move that gave the order its present time."""
    return order.changes.filter(state=OrderChange.State.APPLIED).order_by("-decided_at").first()


def is_at_other_time(order: Order, *, starts_at: datetime | None, minutes: int, recurs: bool) -> bool:
    """Tell whether the site says another time than step 1. Of several days or a series it cannot be said. Source: S27"""
    days = days_of_order(order)
    if starts_at is None or recurs or len(days) != 1:
        return False
    length = timedelta(minutes=quarters(minutes))
    return (days[0].starts_at, days[0].ends_at - days[0].starts_at) != (starts_at, length)


def quarters(minutes: int) -> int:
    """Whole quarters of an hour, rounded up: what can be ordered. Source: S22"""
    return -(-minutes // 15) * 15


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


def quote(package: Package, *, days: tuple[EventDay, ...], services: dict[str, int], contract_percent: Decimal | None) -> pricing.Quote:
    """The price of a package for these days and services, at the standard and at the contract rate. Source: S35, S57 to S63"""
    cells = {cell.service.code: cell for cell in _CELLS.ask(package=package.pk)}
    chosen = tuple(_charge(cells[code], quantity) for code, quantity in sorted(services.items()) if _is_charged(cells.get(code)))
    extra = cells.get(pricing.EXTRA_TIME)
    return pricing.quote(
        pricing.Basis(
            code=package.code,
            price=package.price,
            currency=package.currency,
            included_minutes=package.included_minutes,
            extra_half_hour=extra.amount if extra else None,
        ),
        minutes_per_day=tuple(int(day.duration.total_seconds() // 60) for day in days),
        services=chosen,
        contract_percent=contract_percent,
    )


_CELLS = Statement(
    PackageService.objects.filter(package_id=Given("package"))
    .select_related("service")
    .only("unit", "amount", "minimum_minutes", "service__code", "service__minutes")
)


def _is_charged(cell: PackageService | None) -> bool:
    return cell is not None and cell.amount is not None


def _charge(cell: PackageService, quantity: int) -> pricing.Service:
    assert cell.amount is not None
    return pricing.Service(
        code=cell.service.code,
        unit=pricing.Unit[cell.unit],
        amount=cell.amount,
        quantity=quantity,
        minutes=cell.service.minutes,
        minimum_minutes=cell.minimum_minutes,
    )


def tiers_of(policy: CancellationPolicy) -> tuple[pricing.Tier, ...]:
    """The steps of a policy as plain values. Source: S41"""
    return tuple(pricing.Tier(before=timedelta(hours=each.hours_before), percent=each.percent) for each in policy.tiers.all())


def price_of(order: Order) -> pricing.Quote:
    """The price as it was frozen when the order was placed. Source: S35"""
    assert order.price
    return pricing.quote_from_json(order.price)


def terms_of(order: Order) -> pricing.Terms:
    """The cancellation terms as they were frozen when the order was placed. Source: S37"""
    assert order.cancellation
    return pricing.terms_from_json(order.cancellation)


@dataclass(frozen=True)
class Fee:
    """What cancelling costs at one instant. Source: S41, S53"""

    percent: int
    amount: Decimal
    currency: str


def cancellation_fee(order: Order, *, now: datetime) -> Fee:
    """The fee of this minute by the frozen terms; a waiting order costs nothing. Source: S41, S53"""
    frozen, price = terms_of(order), price_of(order)
    if order.state != Order.State.CONFIRMED or order.starts_at is None:
        return Fee(0, Decimal(0), price.currency)
    percent, amount = pricing.fee_at(now, starts_at=order.starts_at, zone=order.zone, price=price.contract, tiers=frozen.tiers)
    return Fee(percent, amount, price.currency)


def fee_table(order: Order) -> tuple[pricing.FeeRow, ...]:
    """The fee by date for this very order. Source: S37"""
    assert order.starts_at
    frozen, price = terms_of(order), price_of(order)
    return pricing.fee_table(starts_at=order.starts_at, zone=order.zone, price=price.contract, tiers=frozen.tiers)


def hold_length() -> timedelta:
    """How long a chosen time is kept for a customer who is still ordering. Source: S23, S48"""
    return timedelta(minutes=settings.HOLD_MINUTES)


@scope(EVERYTHING)
def orders_by_state() -> dict[str, int]:
    """Count the placed orders of every organisation, for the metrics; a state without any is there with 0."""
    counted = Order.objects.exclude(state=Order.State.DRAFT).values_list("state").annotate(orders=Count("id")).order_by()
    return {state: 0 for state in Order.State.values if state != Order.State.DRAFT} | dict(counted)
