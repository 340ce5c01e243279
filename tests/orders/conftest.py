"""An organisation that can order everything, and the people who can help it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from catalog.actions import load_catalogue
from catalog.models import Entitlement, Family, Package
from customers.models import Organisation, Role, Site, User
from customers.tenancy import EVERYTHING, scope
from orders.actions.drafting import save_availability, save_event, save_meeting, start_draft
from orders.asks import Availability, Contact, Event, Meeting, When
from orders.models import Order
from scheduling.models import StaffMember
from scheduling.windows import DayWish
from tests import make
from tests.lasting import defer_constraints, for_a_module

NOW = make.NOW  # Monday 1 March 2027, 09:00 UTC
CONTACT = Contact("Dana", "Noor", "+15145550123", "dana@northwind.example", "Northwind Training")


@dataclass
class World:
    """What the tests of orders start from; times are wall times in Montreal."""

    organisation: Organisation
    site: Site
    orderer: User
    coordinator: StaffMember
    producers: list[StaffMember]
    analysts: list[StaffMember]

    def package(self, code: str = "mc-premium") -> Package:
        return Package.objects.get(code=code)

    def entitle(self, code: str, **fields: object) -> Entitlement:
        values = {"valid_from": date(2027, 1, 1), "valid_until": date(2027, 12, 31), "quantity": 5, **fields}
        return Entitlement.objects.create(organisation=self.organisation, package=self.package(code), **values)

    def when(
        self, start: datetime = datetime(2027, 4, 20, 10, 0), *, hours: float = 1, days: int = 1, zone: str = "America/Montreal"
    ) -> When:
        return When(zone, tuple(DayWish(start + timedelta(days=n), timedelta(hours=hours)) for n in range(days)))

    def ask(self, code: str = "mc-premium", *, when: When | None = None, language: str = "en", waits: bool = False) -> Availability:
        return Availability(CONTACT, self.site, self.package(code), when or self.when(), language, waits)

    def draft(
        self, code: str = "mc-premium", *, now: datetime = NOW, when: When | None = None, language: str = "en", waits: bool = False
    ) -> Order:
        """A draft with every step answered."""
        draft = start_draft(by=self.orderer, organisation=self.organisation, now=now)
        save_availability(draft, ask=self.ask(code, when=when, language=language, waits=waits), by=self.orderer, now=now)
        if waits:
            Order.objects.filter(pk=draft.pk).update(step=Order.Step.MEETING, waits=True)
        save_meeting(draft, answers=Meeting(is_scheduled=True), by=self.orderer, now=now)
        return save_event(
            draft, answers=Event(title="Spring launch", event_kind=self.package(code).event_kinds[0]), by=self.orderer, now=now
        )


def staff(role: str, count: int, *, languages: tuple[str, ...] = ("en", "fr")) -> list[StaffMember]:
    """People of one role who work all week around the clock in Montreal, certified for everything."""
    people = []
    for _number in range(count):
        person = make.staff_member(role, zone="America/Montreal", languages=list(languages))
        for family in Family.objects.all():
            make.certificate(person, family, date(2026, 1, 1), date(2028, 12, 31))
        people.append(person)
    return people


def make_world() -> World:
    """To be called under the scope of everything."""
    load_catalogue()
    organisation = make.organisation("Northwind Training", zone="America/Montreal")
    site = make.site(organisation, zone="America/Montreal")
    orderer = make.member(organisation, Role.ORDERER)
    made = World(organisation, site, orderer, staff("COORDINATOR", 1)[0], staff("PRODUCER", 1), staff("ANALYST", 1))
    staff("PM", 1)
    for code in ("mc-premium", "ec-premium", "event-staff"):
        made.entitle(code)
    return made


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Loading the catalogue takes a while."""
    with for_a_module(make_world, django_db_blocker) as made:
        yield made


@pytest.fixture
def world(made_world: World, db: None) -> Iterator[World]:
    """The world as it was made, under the scope of everything; the walls are the customers' app's tests."""
    with scope(EVERYTHING):
        defer_constraints()
        yield deepcopy(made_world)


@pytest.fixture
def monday() -> Iterator[None]:
    """The clock stands still at NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(world: World, client: Client) -> Client:
    """The browser of who orders."""
    client.force_login(world.orderer)
    return client
