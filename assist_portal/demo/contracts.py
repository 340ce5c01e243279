"""What both customers of the demo may order: every package, two of them at a contract rate, one used up and one that has ended."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from assist_portal.demo.people import Customer, People
from catalog.actions import grant_entitlement
from catalog.models import Package
from scheduling.localtime import local_date

SINCE, UNTIL = timedelta(days=150), timedelta(days=200)  # within the twelve months' term of the package that has one
STANDARD = Decimal(100)


def make_contracts(people: People, *, now: datetime) -> None:
    """Grant the entitlements. Northwind's EC Standard has a single unit, which an order then uses up."""
    today = local_date(now, people.northwind.organisation.zone)
    for code, quantity, percent in (
        ("mc-premium", 20, STANDARD),
        ("tc-premium", 8, Decimal(85)),
        ("ec-premium", 6, Decimal(90)),
        ("ec-standard", 1, STANDARD),
        ("event-staff", 6, STANDARD),
    ):
        _grant(people.northwind, code, quantity, percent, days=(today - SINCE, today + UNTIL))
    for code, quantity in (("mc-premium", 10), ("tc-premium", 4), ("ec-premium", 2), ("event-staff", 3)):
        _grant(people.globex, code, quantity, days=(today - SINCE, today + UNTIL))
    _grant(people.globex, "ec-standard", 5, days=(today - timedelta(days=300), today - timedelta(days=15)))


def _grant(customer: Customer, code: str, quantity: int, percent: Decimal = STANDARD, *, days: tuple[date, date]) -> None:
    grant_entitlement(
        organisation=customer.organisation, package=Package.objects.get(code=code), quantity=quantity, valid_from=days[0],
        valid_until=days[1], contract_percent=percent,
    )  # fmt: skip
