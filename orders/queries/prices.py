"""What an order costs: its price, and the fee for cancelling it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from catalog.models import CancellationPolicy, Package, PackageService
from customers.statements import Given, Statement
from orders import pricing
from orders.models import Order
from scheduling.windows import EventDay


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
