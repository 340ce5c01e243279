"""What an order costs, and what it costs to cancel it: exact decimals, rounded half up to the cent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from scheduling.localtime import latest_ordering_instant

EXTRA_TIME = "extra-time"  # the service that longer events are charged for; Source: S57
STARTED = 30  # minutes: time is charged per started half hour; Source: S57
WHOLE = Decimal(100)
CENT = Decimal("0.01")
DAYS_ON_THE_CALENDAR = timedelta(days=7)  # tiers of whole days from here on are counted on the calendar


class Unit(StrEnum):
    """What one unit of an amount buys."""

    ONCE = "ONCE"
    HOUR = "HOUR"
    HALF_HOUR = "HALF_HOUR"
    DAY = "DAY"


@dataclass(frozen=True, slots=True)
class Basis:
    """The package's own price: `included_minutes` of event time a day are in it, longer days pay per started half hour.

    `extra_half_hour` of None means that extra time is not sold with the package.
    """

    code: str
    price: Decimal
    currency: str
    included_minutes: int
    extra_half_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A chosen service with its amount per unit; `minutes` is its length, `minimum_minutes` the least that is billed."""

    code: str
    unit: Unit
    amount: Decimal
    quantity: int = 1
    minutes: int | None = None
    minimum_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote; `quantity` counts units, so 1.5 hours is 1.5 of unit HOUR."""

    code: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    standard: Decimal
    contract: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """A price by lines, at the standard and at the contract rate; the totals are the sums of the lines."""

    lines: tuple[Line, ...]
    standard: Decimal
    contract: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Tier:
    """Less than `before` ahead of the start, cancelling costs this percentage; exactly `before` ahead it does not yet.

    Whole days from a week on are calendar days in the event's zone to the same wall time, as the lead time is counted
    (S9): an order placed in time can be cancelled free at that moment. Anything shorter is elapsed time.
    """

    before: timedelta
    percent: int


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What cancelling costs after `from_at` (None: from the order on) up to and including `until_at`."""

    from_at: datetime | None
    until_at: datetime
    percent: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """The cancellation terms as they are frozen on an order. Source: S37"""

    code: str
    text_en: str
    text_fr: str
    tiers: tuple[Tier, ...]


def quote(
    basis: Basis, *, minutes_per_day: Sequence[int], services: Iterable[Service] = (), contract_percent: Decimal | None = None
) -> Quote:
    """Price a package for its event days and the chosen services.

    Each line is rounded by itself, the contract price from the unrounded standard price; None is the standard rate.

    :raises ValueError: when an amount, a quantity or the percentage is negative, or the currency no ISO code.
    Source: S35, S57, S62, S63
    """
    percent = WHOLE if contract_percent is None else contract_percent
    if percent < 0 or len(basis.currency) != 3 or not basis.currency.isupper():
        raise ValueError("a price needs a rate of 0 percent or more and an ISO currency")
    lines = [_line(basis.code, Decimal(1), Unit.ONCE, basis.price, percent)]
    extra = sum(_started(minutes - basis.included_minutes) for minutes in minutes_per_day)
    if extra and basis.extra_half_hour is not None:
        lines.append(_line(EXTRA_TIME, Decimal(extra), Unit.HALF_HOUR, basis.extra_half_hour, percent))
    days = len(minutes_per_day)
    lines += [_line(each.code, _units(each, days), each.unit, each.amount, percent) for each in services]
    standard, contract = sum((line.standard for line in lines), Decimal()), sum((line.contract for line in lines), Decimal())
    return Quote(tuple(lines), standard, contract, basis.currency)


def limit(tier: Tier, starts_at: datetime, zone: str) -> datetime:
    """Return the last instant, itself included, at which a tier does not apply yet. Source: S9, S41"""
    if tier.before >= DAYS_ON_THE_CALENDAR and not tier.before % timedelta(days=1):
        return latest_ordering_instant(starts_at, zone, tier.before.days)
    return starts_at - tier.before


def fee_at(now: datetime, *, starts_at: datetime, zone: str, price: Decimal, tiers: Iterable[Tier]) -> tuple[int, Decimal]:
    """Return the percentage and the amount that cancelling costs at `now`; after the start the last tier stays.

    Source: S41, S53
    """
    percent = 0
    for until, tier in _limits(starts_at, zone, tiers):
        if now > until:
            percent = tier.percent
    return percent, _share(price, percent)


def fee_table(*, starts_at: datetime, zone: str, price: Decimal, tiers: Iterable[Tier]) -> tuple[FeeRow, ...]:
    """List what cancelling costs until the start, without a gap, earliest first. Source: S37"""
    rows: list[FeeRow] = []
    from_at: datetime | None = None
    percent = 0
    for until, tier in _limits(starts_at, zone, tiers):
        if tier.percent != percent and until < starts_at:
            rows.append(FeeRow(from_at, until, percent, _share(price, percent)))
            from_at, percent = until, tier.percent
    return (*rows, FeeRow(from_at, starts_at, percent, _share(price, percent)))


def quote_to_json(price: Quote) -> dict[str, Any]:
    """Freeze a quote as plain JSON values; decimals are text, so nothing is lost."""
    lines = [
        {
            "code": line.code,
            "quantity": str(line.quantity),
            "unit": line.unit.value,
            "unit_price": str(line.unit_price),
            "standard": str(line.standard),
            "contract": str(line.contract),
        }
        for line in price.lines
    ]
    return {"currency": price.currency, "standard": str(price.standard), "contract": str(price.contract), "lines": lines}


def quote_from_json(frozen: dict[str, Any]) -> Quote:
    """Read a frozen quote back, equal to the one that was frozen."""
    lines = tuple(
        Line(
            code=line["code"],
            quantity=Decimal(line["quantity"]),
            unit=Unit(line["unit"]),
            unit_price=Decimal(line["unit_price"]),
            standard=Decimal(line["standard"]),
            contract=Decimal(line["contract"]),
        )
        for line in frozen["lines"]
    )
    return Quote(lines, Decimal(frozen["standard"]), Decimal(frozen["contract"]), frozen["currency"])


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """Freeze cancellation terms as plain JSON values."""
    tiers = [{"minutes_before": tier.before // timedelta(minutes=1), "percent": tier.percent} for tier in terms.tiers]
    return {"code": terms.code, "text_en": terms.text_en, "text_fr": terms.text_fr, "tiers": tiers}


def terms_from_json(frozen: dict[str, Any]) -> Terms:
    """Read frozen cancellation terms back."""
    tiers = tuple(Tier(timedelta(minutes=tier["minutes_before"]), tier["percent"]) for tier in frozen["tiers"])
    return Terms(frozen["code"], frozen["text_en"], frozen["text_fr"], tiers)


def _limits(starts_at: datetime, zone: str, tiers: Iterable[Tier]) -> list[tuple[datetime, Tier]]:
    return sorted(((limit(tier, starts_at, zone), tier) for tier in tiers), key=lambda pair: pair[0])


def _started(minutes: int) -> int:
    """Count the started half hours."""
    return max(0, -(-minutes // STARTED))


def _units(service: Service, days: int) -> Decimal:
    """Count the units that are billed for a service. Source: S57, S62, S63"""
    if service.unit is Unit.ONCE:
        return Decimal(service.quantity)
    if service.unit is Unit.DAY:
        return Decimal(service.quantity * days)
    halves = _started(max(service.minutes or STARTED * 2, service.minimum_minutes or 0)) * service.quantity
    return Decimal(halves) if service.unit is Unit.HALF_HOUR else Decimal(halves) / 2


def _line(code: str, quantity: Decimal, unit: Unit, unit_price: Decimal, percent: Decimal) -> Line:
    if quantity < 0 or unit_price < 0:
        raise ValueError(f"{code}: a price and a quantity are never negative")
    exact = quantity * unit_price
    return Line(code, quantity, unit, unit_price, _cents(exact), _cents(exact * percent / WHOLE))


def _share(price: Decimal, percent: int) -> Decimal:
    return _cents(price * percent / WHOLE)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
