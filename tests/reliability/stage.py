"""The running portal with many organisations and a handful of people who can help them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import httpx

from catalog.models import Entitlement, Family, Package
from customers.models import Organisation, Role, Site, User
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from scheduling.models import Booking, StaffMember
from tests import make
from tests.portal import Portal
from tests.reliability.visitors import Customer, Program, line_to

PACKAGE = "mc-premium"
LEAD_IN = timedelta(minutes=30)  # Source: S3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Tenant:
    """An organisation that may order as much as it likes."""

    organisation: Organisation
    site: Site
    token: str
    orderers: list[User]


@dataclass(frozen=True)
class Stage:
    """`at` is far enough ahead for every lead time; nobody else in the database can produce then."""

    portal: Portal
    tenants: list[Tenant]
    producers: list[StaffMember]
    at: datetime
    lines: list[httpx.Client] = field(default_factory=list)

    def programs(self, count: int) -> list[Program]:
        """Callers of the API, the organisations in turn."""
        return [self.program(self.tenants[n % len(self.tenants)]) for n in range(count)]

    def program(self, tenant: Tenant) -> Program:
        return Program(self._line(), tenant.token, tenant.site)

    def customers(self) -> list[Customer]:
        """Everybody who may order, signed in."""
        return [self._signed_in(tenant, person) for tenant in self.tenants for person in tenant.orderers]

    def occupy(self, people: list[StaffMember], starts_at: datetime, reference: str = "elsewhere") -> None:
        """Book people for an hour's event, so that the others are the last who are free."""
        for each in people:
            make.booking(each, starts_at - LEAD_IN, 1.5, reference=reference)

    def busy(self, starts_at: datetime) -> int:
        """How many of the producers are held or booked during an hour's event."""
        return len({booking.staff_id for booking in self.bookings_during(starts_at)})

    def bookings_during(self, starts_at: datetime) -> list[Booking]:
        rows = Booking.objects.filter(staff__in=self.producers, start_at__lt=starts_at + HOUR, end_at__gt=starts_at - LEAD_IN)
        return list(rows.exclude(state=Booking.State.RELEASED))

    def keys(self) -> set[str]:
        """What the bookings of these organisations' orders and drafts are called."""
        with scope(EVERYTHING):
            return set(Order.objects.filter(organisation__in=[each.organisation for each in self.tenants]).values_list("key", flat=True))

    def hang_up(self) -> None:
        """Close every connection that was opened here."""
        while self.lines:
            self.lines.pop().close()

    def _line(self) -> httpx.Client:
        self.lines.append(line_to(self.portal.address))
        return self.lines[-1]

    def _signed_in(self, tenant: Tenant, person: User) -> Customer:
        line = self._line()
        for cookie in self.portal.cookies_of(person):
            line.cookies.set(cookie["name"], cookie["value"])
        return Customer(line, tenant.site)


def tenants(count: int, *, orderers: int = 0, quantity: int = 10_000) -> list[Tenant]:
    """Organisations with a site, a key, an entitlement and people who order."""
    return [_tenant(orderers, quantity) for _number in range(count)]


def producers(count: int) -> list[StaffMember]:
    """People who work around the clock and have every certificate."""
    today = datetime.now(UTC).date()
    people = [make.staff_member("PRODUCER") for _number in range(count)]
    for family in Family.objects.all():
        for person in people:
            make.certificate(person, family, today - DAY, today + 400 * DAY)
    return people


@contextmanager
def nobody_else_produces() -> Iterator[None]:
    """The database is shared with other tests: their people do not work here meanwhile, ours not afterwards."""
    others = list(StaffMember.objects.filter(is_active=True, roles__contains=["PRODUCER"]).values_list("pk", flat=True))
    StaffMember.objects.filter(pk__in=others).update(is_active=False)
    try:
        yield
    finally:
        StaffMember.objects.filter(is_active=True, roles__contains=["PRODUCER"]).update(is_active=False)
        StaffMember.objects.filter(pk__in=others).update(is_active=True)


def far_ahead() -> datetime:
    """Some weeks from now at ten, beyond every lead time."""
    return datetime.combine(datetime.now(UTC).date() + 60 * DAY, time(10), tzinfo=UTC)


def _tenant(orderers: int, quantity: int) -> Tenant:
    organisation = make.organisation()
    site = make.site(organisation)
    today = datetime.now(UTC).date()
    with scope(EVERYTHING):
        Entitlement.objects.create(
            organisation=organisation,
            package=Package.objects.get(code=PACKAGE),
            quantity=quantity,
            valid_from=today,
            valid_until=today + 200 * DAY,
        )
    people = [make.member(organisation, Role.ORDERER) for _number in range(orderers)]
    return Tenant(organisation, site, make.api_key(organisation)[1], people)
