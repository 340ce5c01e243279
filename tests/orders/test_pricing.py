"""Quotes to the cent, and the cancellation fee to the second."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orders import pricing
from orders.pricing import Basis, FeeRow, Service, Terms, Tier, Unit, fee_at, fee_table, quote
from scheduling.localtime import latest_ordering_instant, resolve

STANDARD = Basis("ec-standard", Decimal(900), "USD", 60, Decimal(95))
CONSULTATION = Service("consultation", Unit.HOUR, Decimal(160), minutes=60, minimum_minutes=90)
money = some.decimals(0, 9_999, places=2)


def totals(price: pricing.Quote) -> tuple[str, str]:
    return str(price.standard), str(price.contract)


@pytest.mark.parametrize(
    ("minutes", "halves"),
    [((15,), 0), ((60,), 0), ((75,), 1), ((90,), 1), ((91,), 2), ((120,), 2), ((120, 60, 61), 3)],
)
def test_extra_time_is_charged_per_started_half_hour(minutes: tuple[int, ...], halves: int) -> None:
    """S57: each day by itself."""
    price = quote(STANDARD, minutes_per_day=minutes)
    assert price.standard == 900 + 95 * halves
    assert [line.code for line in price.lines] == ["ec-standard", "extra-time"][: 1 + bool(halves)]


def test_extra_time_that_is_not_sold() -> None:
    price = quote(Basis("speaker", Decimal(4000), "USD", 540), minutes_per_day=(900,))
    assert totals(price) == ("4000.00", "4000.00")


def test_one_hour_of_consultation_is_billed_as_one_and_a_half() -> None:
    """S62, S63: hourly, at least 1.5 hours, for each one."""
    line = quote(STANDARD, minutes_per_day=(60,), services=[CONSULTATION]).lines[1]
    assert (line.quantity, line.unit, line.standard) == (Decimal("1.5"), Unit.HOUR, Decimal("240.00"))
    two = Service("dry-run", Unit.HOUR, Decimal(160), quantity=2, minutes=60, minimum_minutes=90)
    assert quote(STANDARD, minutes_per_day=(60,), services=[two]).lines[1].quantity == 3


@pytest.mark.parametrize(
    ("service", "quantity"),
    [
        (Service("x", Unit.ONCE, Decimal(1), quantity=3), "3"),
        (Service("x", Unit.DAY, Decimal(1), quantity=2), "6"),
        (Service("x", Unit.HOUR, Decimal(1)), "1"),
        (Service("x", Unit.HOUR, Decimal(1), minutes=61), "1.5"),
        (Service("x", Unit.HALF_HOUR, Decimal(1), minutes=61), "3"),
        (Service("x", Unit.HALF_HOUR, Decimal(1), quantity=2, minimum_minutes=90, minutes=30), "6"),
    ],
)
def test_units(service: Service, quantity: str) -> None:
    line = quote(STANDARD, minutes_per_day=(60, 60, 60), services=[service]).lines[1]
    assert line.quantity == Decimal(quantity)


def test_contract_rate_is_rounded_half_up_by_line() -> None:
    """S35: standard and contract price side by side."""
    basis = Basis("p", Decimal("10.05"), "EUR", 60)
    assert totals(quote(basis, minutes_per_day=(60,), contract_percent=Decimal(50))) == ("10.05", "5.03")
    assert totals(quote(basis, minutes_per_day=(60,))) == ("10.05", "10.05")
    assert totals(quote(STANDARD, minutes_per_day=(90,), contract_percent=Decimal(80))) == ("995.00", "796.00")


@given(money, money, money, some.decimals(0, 100, places=2), some.lists(some.integers(15, 1440), min_size=1, max_size=3))
def test_totals_are_the_sums_of_the_lines(base: Decimal, extra: Decimal, hourly: Decimal, percent: Decimal, minutes: list[int]) -> None:
    services = [Service("a", Unit.HOUR, hourly, 2, 45, 90), Service("b", Unit.DAY, hourly)]
    price = quote(Basis("p", base, "CAD", 60, extra), minutes_per_day=minutes, services=services, contract_percent=percent)
    assert price.standard == sum(line.standard for line in price.lines)
    assert price.contract == sum(line.contract for line in price.lines)
    for line in price.lines:
        assert line.standard == line.quantity * line.unit_price
        assert abs(line.contract - line.standard * percent / 100) <= Decimal("0.005")
        assert line.contract.as_tuple().exponent == line.standard.as_tuple().exponent == -2
    assert pricing.quote_from_json(json.loads(json.dumps(pricing.quote_to_json(price)))) == price


@pytest.mark.parametrize(
    ("basis", "percent", "services"),
    [
        (Basis("p", Decimal(-1), "USD", 60), "100", []),
        (Basis("p", Decimal(1), "usd", 60), "100", []),
        (Basis("p", Decimal(1), "USD", 60), "-1", []),
        (Basis("p", Decimal(1), "USD", 60), "100", [Service("x", Unit.ONCE, Decimal(1), quantity=-1)]),
    ],
)
def test_nonsense_is_refused(basis: Basis, percent: str, services: list[Service]) -> None:
    with pytest.raises(ValueError, match=r"negative|percent"):
        quote(basis, minutes_per_day=(60,), services=services, contract_percent=Decimal(percent))


ZONE = "America/Montreal"
START = resolve(datetime(2027, 3, 20, 10), ZONE)  # six days after the clocks went forward
TIERS = (Tier(timedelta(hours=48), 100), Tier(timedelta(days=14), 30))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "percent", "amount"),
    [
        (START - timedelta(days=60), 0, "0.00"),
        (latest_ordering_instant(START, ZONE, 14), 0, "0.00"),
        (latest_ordering_instant(START, ZONE, 14) + SECOND, 30, "100.02"),
        (START - timedelta(hours=48), 30, "100.02"),
        (START - timedelta(hours=48) + SECOND, 100, "333.39"),
        (START + timedelta(days=1), 100, "333.39"),
    ],
)
def test_fee_at_its_limits(now: datetime, percent: int, amount: str) -> None:
    """S41: free 14 days before and earlier, 30 % then, 100 % less than 48 hours before."""
    assert fee_at(now, starts_at=START, zone=ZONE, price=Decimal("333.39"), tiers=TIERS) == (percent, Decimal(amount))


def test_fortnight_is_counted_on_the_calendar_and_hours_as_they_pass() -> None:
    """S9, S41: across the clock change 14 days keep the wall time; 48 hours are 48 hours."""
    assert pricing.limit(TIERS[1], START, ZONE) == datetime(2027, 3, 6, 15, tzinfo=UTC)
    monday = resolve(datetime(2027, 3, 15, 10), ZONE)
    assert pricing.limit(TIERS[0], monday, ZONE) == resolve(datetime(2027, 3, 13, 9), ZONE)


def test_fee_table_says_what_fee_at_says() -> None:
    """S37: the table of an order has no gap and ends at the start."""
    rows = fee_table(starts_at=START, zone=ZONE, price=Decimal(1000), tiers=TIERS)
    first, second = latest_ordering_instant(START, ZONE, 14), START - timedelta(hours=48)
    assert rows == (
        FeeRow(None, first, 0, Decimal("0.00")),
        FeeRow(first, second, 30, Decimal("300.00")),
        FeeRow(second, START, 100, Decimal("1000.00")),
    )


@given(
    some.lists(
        some.builds(Tier, some.timedeltas(timedelta(0), timedelta(days=40)), some.integers(0, 100)),
        max_size=5,
        unique_by=lambda t: t.before,
    ),
    some.timedeltas(timedelta(seconds=1), timedelta(days=50)),
)
def test_table_and_fee_agree_at_any_moment(tiers: list[Tier], before: timedelta) -> None:
    now = START - before
    rows = fee_table(starts_at=START, zone=ZONE, price=Decimal(700), tiers=tiers)
    row = next(row for row in rows if (row.from_at is None or row.from_at < now) and now <= row.until_at)
    assert fee_at(now, starts_at=START, zone=ZONE, price=Decimal(700), tiers=tiers) == (row.percent, row.amount)


def test_no_tiers_no_fee() -> None:
    assert fee_table(starts_at=START, zone=ZONE, price=Decimal(1), tiers=()) == (FeeRow(None, START, 0, Decimal("0.00")),)


def test_terms_survive_freezing() -> None:
    terms = Terms("default", "Free until ...", "Gratuit jusqu’au ...", TIERS)
    assert pricing.terms_from_json(json.loads(json.dumps(pricing.terms_to_json(terms)))) == terms
