"""The page that compares the packages. Source: S7"""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from catalog.actions import grant_entitlement
from catalog.models import Package, PackageService
from catalog.queries import Comparison, comparison
from customers.models import Role
from customers.tenancy import EVERYTHING, scope
from tests import make

TODAY = date(2027, 3, 1)


pytestmark = pytest.mark.usefixtures("loaded_once", "db")


def page(client, language: str = "en") -> str:
    response = client.get("/packages/", headers={"accept-language": language})
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " "))


def test_the_comparison_and_the_price_read_the_same_rows(client):
    PackageService.objects.filter(service__code="consultation", package__code="mc-premium").update(amount=Decimal("199.00"))
    Package.objects.filter(code="mc-premium").update(price=Decimal("777.00"))
    shown = page(client)
    assert "$199.00" in shown
    assert shown.count("$777.00") == 2  # on the card and in the table


def test_everyone_sees_charges_and_minimums_and_nobody_what_is_assumed(client):
    shown = page(client)
    assert shown.count("1.5 hour minimum") == PackageService.objects.filter(inclusion="HOURLY").count() == 10
    assert "Hourly charge" in shown
    assert "contracted rate" in shown
    assert "assumed" not in shown.lower()
    assert "Order now" not in shown
    assert "Sign in to order" in shown


def test_the_whole_page_speaks_french(client):
    with translation.override("fr"):
        shown = page(client, "fr")
    assert "minimum de 1,5 heure" in shown or "1,5" in shown
    assert "Assistance au personnel et aux conférenciers" in shown
    assert "650,00 $US" in shown


def test_who_may_order_can_start_here_with_what_is_available(client):
    with scope(EVERYTHING):
        organisation = make.organisation()
        package = Package.objects.get(code="tc-premium")
        grant_entitlement(organisation=organisation, package=package, quantity=1, valid_from=TODAY, valid_until=date(2099, 1, 1))
        orderer, viewer = make.member(organisation), make.member(organisation, Role.VIEWER)
    client.force_login(orderer)
    shown = page(client)
    assert shown.count("Order now") == 1
    assert '<input type="hidden" name="package" value="tc-premium">' in shown
    assert shown.count("Not available to your organisation yet") == 4
    client.force_login(viewer)
    shown = page(client)
    assert "Order now" not in shown
    assert "Not available" not in shown


def test_a_package_that_can_no_longer_be_ordered_is_not_compared(client):
    Package.objects.filter(code="mc-premium").update(is_active=False)
    assert "Meeting Center Premium" not in page(client)


def test_prerequisites_and_the_terms_of_the_day_are_shown_source_s73_s78(client):
    package = Package.objects.get(code="mc-premium")
    package.terms.create(version="9", valid_from=date(2099, 1, 1), text_en="Not yet", text_fr="Pas encore")
    shown = page(client)
    assert "The session is scheduled on your site before you order." in shown
    assert "Not yet" not in shown
    assert "Version 1.0, valid from 1 January 2026" in shown
    assert "Cancelling is free up to 14 days before the start." in shown


def test_the_number_of_queries_is_fixed(client, django_assert_num_queries):
    with django_assert_num_queries(7):  # packages, team, plan, prerequisites, terms, services, cells
        read_all()
    for number in range(2):
        another_package(f"extra-{number}")
    with django_assert_num_queries(7):
        assert len(read_all().columns) == 7


def read_all() -> Comparison:
    shown = comparison(on=TODAY)
    assert all(len(row.cells) == len(shown.columns) for row in shown.rows)
    assert all(cell.package.family.name for row in shown.rows for cell in row.cells)
    return shown


def another_package(code: str) -> None:
    """A copy of a package with its cells."""
    package = Package.objects.get(code="mc-premium")
    cells = list(package.cells.all())
    package.pk, package.code, package._state.adding = None, code, True
    package.save()
    for cell in cells:
        cell.pk, cell.package, cell._state.adding = None, package, True
        cell.save()


def test_the_plan_of_the_production_time_is_drawn_to_scale_source_s54():
    column = comparison(on=TODAY).columns[0]
    assert [(share.minutes, share.percent) for share in column.production] == [
        (15, 17),
        (90, 100),
        (90, 100),
        (90, 100),
        (45, 50),
        (60, 67),
    ]
