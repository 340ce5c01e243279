"""What is owed for an order, and which invoices and credit notes make the bill agree with it: exact decimals, to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from orders.pricing import CENT, STARTED, WHOLE, Line, Quote, Unit

FEE = "cancellation-fee"  # Source: S41
EXTRA_HOURS = "extra-hours"  # time that was agreed to and worked beyond what the order had; Source: S57
GOODWILL = "goodwill"  # what we gave back of our own accord: no charge is missing because of it
DIFFERENCE = Unit.ONCE


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill; `amount` is what the customer pays, `unit_price` the standard charge of one unit."""

    code: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Extra:
    """Minutes beyond the package that the customer agreed to pay; `half_hour` is the standard charge of a started half hour."""

    minutes: int
    half_hour: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """What was charged on one invoice and not yet given back, by code; `goodwill` was given back of the whole."""

    number: str
    open: Mapping[str, Decimal]
    goodwill: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """What can still be given back of it."""
        return sum(self.open.values(), Decimal(0)) - self.goodwill


@dataclass(frozen=True, slots=True)
class Settlement:
    """What makes the bill agree with what is owed: the lines of one more invoice, and credit lines for each invoice."""

    charge: tuple[Item, ...]
    give_back: Mapping[str, tuple[Item, ...]]


def charges_of(price: Quote, extras: Iterable[Extra] = (), *, contract_percent: Decimal = WHOLE) -> tuple[Item, ...]:
    """What a completed order owes: its frozen price at the contract rate, and the extra time, each entry by its started half hours.

    Source: S35, S57
    """
    items = [_item_of(line) for line in price.lines]
    for extra in extras:
        halves = Decimal(-(-extra.minutes // STARTED))
        if halves > 0:
            amount = _cents(halves * extra.half_hour * contract_percent / WHOLE)
            items.append(Item(EXTRA_HOURS, halves, Unit.HALF_HOUR, extra.half_hour, amount))
    return tuple(items)


def fee_of(amount: Decimal) -> tuple[Item, ...]:
    """What a cancelled order owes: its fee, or nothing. Source: S41"""
    return (Item(FEE, Decimal(1), Unit.ONCE, amount, amount),) if amount > 0 else ()


def total(items: Iterable[Item]) -> Decimal:
    """The sum, exact."""
    return sum((item.amount for item in items), Decimal(0))


def settle(owed: Iterable[Item], bills: Iterable[Bill]) -> Settlement:
    """Compare what is owed with what was billed, code by code; bills oldest first, the newest is given back first.

    Settling again once the settlement is written changes nothing.
    """
    items, bills = list(owed), list(bills)
    due: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        due[item.code] += item.amount
    billed: dict[str, Decimal] = defaultdict(Decimal)
    for bill in bills:
        for code, amount in bill.open.items():
            billed[code] += amount
    charge = tuple(line for code in due for line in _to_charge(code, due[code], billed[code], items))
    surplus = {code: amount - due[code] for code, amount in billed.items() if amount > due[code]}
    return Settlement(charge, _to_give_back(surplus, bills))


def part_of(bill: Bill, amount: Decimal) -> tuple[Item, ...]:
    """The credit lines that give back so much of one invoice as goodwill.

    :raises ValueError: when it is not more than nothing, or more than is left of the invoice.
    """
    if not Decimal(0) < amount <= bill.left or amount != _cents(amount):
        raise ValueError(f"{amount} cannot be given back of {bill.left}")
    return (Item(GOODWILL, Decimal(1), DIFFERENCE, amount, amount),)


def _to_charge(code: str, due: Decimal, billed: Decimal, items: Iterable[Item]) -> Iterable[Item]:
    """The lines as they are when nothing was billed yet, else one line with the difference."""
    if due <= billed:
        return []
    if billed == 0:
        return [item for item in items if item.code == code]
    return [Item(code, Decimal(1), DIFFERENCE, due - billed, due - billed)]


def _to_give_back(surplus: Mapping[str, Decimal], bills: list[Bill]) -> dict[str, tuple[Item, ...]]:
    given: dict[str, tuple[Item, ...]] = {}
    missing = dict(surplus)
    for bill in reversed(bills):
        lines, left = [], bill.left
        for code, amount in missing.items():
            part = min(amount, bill.open.get(code, Decimal(0)), left)
            if part > 0:
                lines.append(Item(code, Decimal(1), DIFFERENCE, part, part))
                missing[code], left = amount - part, left - part
        if lines:
            given[bill.number] = tuple(lines)
    return given


def _item_of(line: Line) -> Item:
    return Item(line.code, line.quantity, line.unit, line.unit_price, line.contract)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
