"""Ten thousand random lives of an order: what is owed is what was billed, to the cent. Source: S35, S41, S57; idea 9"""

import os
import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from orders import billing
from orders.billing import Bill, Extra, Item
from orders.pricing import Basis, Quote, Service, Unit, quote

HISTORIES = 10_000 if os.environ.get("FULL_SIZE") else 1_500


def random_price(chance: random.Random) -> tuple[Quote, Decimal]:
    percent = Decimal(chance.randint(0, 10000)) / 100
    basis = Basis("pack", Decimal(chance.randint(0, 500_000)) / 100, "USD", 60, chance.choice([None, Decimal("87.35")]))
    services = [
        Service(f"s{n}", chance.choice(list(Unit)), Decimal(chance.randint(0, 40_000)) / 100, chance.randint(1, 4), 60, 90)
        for n in range(chance.randint(0, 5))
    ]
    minutes = [chance.choice([15, 60, 75, 480]) for _ in range(chance.randint(1, 3))]
    return quote(basis, minutes_per_day=minutes, services=services, contract_percent=percent), percent


class Books:
    """An oracle of its own: whole cents, kept by adding documents up."""

    def __init__(self) -> None:
        self.invoices: dict[str, dict[str, int]] = {}
        self.goodwill: dict[str, int] = defaultdict(int)
        self.billed = self.credited = 0

    def bills(self) -> list[Bill]:
        return [
            Bill(number, {code: Decimal(cents) / 100 for code, cents in open_.items()}, Decimal(self.goodwill[number]) / 100)
            for number, open_ in self.invoices.items()
        ]

    def write(self, settlement: billing.Settlement) -> None:
        if settlement.charge:
            number, open_ = f"I{len(self.invoices)}", defaultdict(int)
            for item in settlement.charge:
                assert item.amount >= 0
                open_[item.code] += cents(item)
            self.invoices[number] = open_
            self.billed += sum(open_.values())
        for number, items in settlement.give_back.items():
            for item in items:
                self.invoices[number][item.code] -= cents(item)
                self.credited += cents(item)
            assert min(self.invoices[number].values()) >= 0, "more was given back than was billed"


def cents(item: Item) -> int:
    exact = item.amount * 100
    assert exact == int(exact), "a fraction of a cent"
    return int(exact)


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def owed_in_cents(price: Quote, extras: list[Extra], percent: Decimal) -> int:
    """The ledger's sum worked out anew: fractions, each entry rounded half up once."""
    lines = sum(half_up(Fraction(line.unit_price * line.quantity) * Fraction(percent)) for line in price.lines)
    return lines + sum(half_up(Fraction(-(-each.minutes // 30)) * Fraction(each.half_hour) * Fraction(percent)) for each in extras)


def live(chance: random.Random) -> tuple[int, int]:
    """One order's life: priced, worked, corrected, perhaps cancelled after all; settled whenever somebody looks."""
    books, (price, percent) = Books(), random_price(chance)
    extras: list[Extra] = []
    for _step in range(chance.randint(1, 5)):
        if extras and chance.random() < 0.3:
            extras.pop(chance.randrange(len(extras)))
        else:
            extras.append(Extra(chance.randint(0, 200), Decimal(chance.randint(0, 20_000)) / 100))
        if chance.random() < 0.6:
            books.write(billing.settle(billing.charges_of(price, extras, contract_percent=percent), books.bills()))
    owed = billing.charges_of(price, extras, contract_percent=percent)
    expected = owed_in_cents(price, extras, percent)
    if chance.random() < 0.25:
        fee = Decimal(chance.randint(0, 100_000)) / 100
        owed, expected = billing.fee_of(fee), int(fee * 100)
    books.write(billing.settle(owed, books.bills()))
    again = billing.settle(owed, books.bills())
    assert not again.charge, "settling again charges nothing"
    assert not again.give_back
    bill = chance.choice(books.bills() or [Bill("none", {})])
    if bill.left > 0 and chance.random() < 0.3:
        amount = min(bill.left, Decimal(chance.randint(1, 5_000)) / 100)
        given = billing.part_of(bill, amount)
        books.credited += cents(given[0])
        expected -= cents(given[0])
    return expected, books.billed - books.credited


def test_random_histories_agree_to_the_cent() -> None:
    chance = random.Random(20270301)
    wrong = [(expected, billed) for expected, billed in (live(chance) for _ in range(HISTORIES)) if expected != billed]
    assert wrong == []


def test_a_lost_cent_is_found() -> None:
    """The control: the oracle is not the code under test."""
    price = quote(Basis("pack", Decimal("10.05"), "USD", 60), minutes_per_day=[60], contract_percent=Decimal(50))
    assert owed_in_cents(price, [], Decimal(50)) == 503
    assert billing.total(billing.charges_of(price)) == Decimal("5.03")
    assert owed_in_cents(price, [], Decimal("49.9")) != 503


def test_what_was_given_back_of_goodwill_is_not_given_back_twice() -> None:
    bill = Bill("I1", {"pack": Decimal(100)}, goodwill=Decimal(80))
    settled = billing.settle((), [bill])
    assert billing.total(settled.give_back["I1"]) == Decimal(20)


def test_the_newest_invoice_is_given_back_first() -> None:
    bills = [Bill("I1", {"a": Decimal(10)}), Bill("I2", {"a": Decimal(5)})]
    owed = [Item("a", Decimal(1), Unit.ONCE, Decimal(8), Decimal(8))]
    assert {number: billing.total(lines) for number, lines in billing.settle(owed, bills).give_back.items()} == {"I2": 5, "I1": 2}


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "100.01"])
def test_only_what_is_left_can_be_given_back(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot be given back"):
        billing.part_of(Bill("I1", {"a": Decimal(100)}), Decimal(amount))
