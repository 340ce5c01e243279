"""What the database refuses in the catalogue, by the names of its constraints."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import (
    CancellationPolicy,
    CancellationTier,
    Package,
    PackageRole,
    PackageService,
    Prerequisite,
    ProductionShare,
    Resource,
    TaskTemplate,
    Terms,
)

pytestmark = pytest.mark.usefixtures("catalogue")


def again(model, **fields):
    """A second row like the first, but for these fields."""
    row = model.objects.order_by("pk").first()
    row.pk, row._state.adding = None, True
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def duty(**fields):
    again(TaskTemplate, code="another", **fields)


@pytest.mark.parametrize(
    ("constraint", "write"),
    [
        ("package_price_is_not_negative", lambda: Package.objects.update(price=Decimal("-0.01"))),
        ("package_lasts_a_day_or_more", lambda: Package.objects.update(max_days=0)),
        ("one_cell_per_package_and_service", lambda: again(PackageService)),
        ("charged_cells_and_only_those_have_an_amount", lambda: PackageService.objects.filter(inclusion="HOURLY").update(amount=None)),
        ("charged_cells_and_only_those_have_an_amount", lambda: PackageService.objects.filter(inclusion="ADD_ON").update(unit="")),
        (
            "charged_cells_and_only_those_have_an_amount",
            lambda: PackageService.objects.filter(inclusion="INCLUDED").update(amount=1, unit="HOUR"),
        ),
        ("charged_cells_and_only_those_have_an_amount", lambda: PackageService.objects.filter(inclusion="ADD_ON").update(amount=-1)),
        ("one_row_per_package_and_role", lambda: again(PackageRole)),
        ("one_booked_role_per_package", lambda: again(PackageRole, role="ANALYST")),
        ("one_production_share_per_package_and_code", lambda: again(ProductionShare)),
        ("one_default_cancellation_policy", lambda: again(CancellationPolicy, code="other")),
        ("one_tier_per_policy_and_hours", lambda: again(CancellationTier)),
        ("tier_percent_is_at_most_100", lambda: CancellationTier.objects.update(percent=101)),
        ("one_text_per_package_and_version", lambda: again(Terms, valid_from="2030-01-01")),
        ("one_text_per_package_and_day", lambda: again(Terms, version="2")),
        ("one_prerequisite_per_package_and_code", lambda: again(Prerequisite)),
        ("resource_has_an_address_or_a_content_in_both_languages", lambda: Resource.objects.update(url="", body_fr="")),
        ("one_duty_per_package_and_code", lambda: again(TaskTemplate)),
        ("duty_has_exactly_one_responsible_side", lambda: duty(side="PROVIDER", role="")),
        ("duty_has_exactly_one_responsible_side", lambda: duty(side="CUSTOMER", role="PM")),
        ("duty_names_a_service_when_it_depends_on_one", lambda: duty(condition="SERVICE", service=None)),
        (
            "duty_names_a_service_when_it_depends_on_one",
            lambda: TaskTemplate.objects.filter(condition="SERVICE").update(condition="ALWAYS"),
        ),
    ],
)
def test_the_database_refuses(constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()
