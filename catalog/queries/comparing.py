"""The package comparison, from the same rows that set the prices, so that the two cannot disagree. Source: S7."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from catalog.models import Package, PackageRole, PackageService, Prerequisite, ProductionShare, Service, Terms


@dataclass(frozen=True)
class Share:
    """One part of the production plan, and how long its bar is beside the longest, in percent."""

    name: str
    minutes: int
    percent: int


@dataclass(frozen=True)
class Column:
    """One package of the comparison, with what belongs to it as a whole."""

    package: Package
    team: tuple[PackageRole, ...]
    production: tuple[Share, ...]
    prerequisites: tuple[Prerequisite, ...]
    terms: Terms | None


@dataclass(frozen=True)
class Cell:
    """What a package says about a service; nothing counts as not offered."""

    package: Package
    offer: PackageService | None


@dataclass(frozen=True)
class Row:
    """One service of the comparison; its cells stand in the order of the columns."""

    service: Service
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Comparison:
    """Packages against services."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def comparison(*, on: date) -> Comparison:
    """Return every package that can be ordered against every service, with the terms that hold on this day. Seven queries."""
    packages = list(
        Package.objects.filter(is_active=True).select_related("family").prefetch_related(*_belongings(on)).order_by("position", "id")
    )
    offers = {(each.package_id, each.service_id): each for each in PackageService.objects.filter(package__in=packages)}
    rows = tuple(
        Row(service, tuple(Cell(package, offers.get((package.pk, service.pk))) for package in packages))
        for service in Service.objects.order_by("position", "id")
    )
    return Comparison(columns=tuple(_column(package) for package in packages), rows=rows)


def with_contents(packages: "QuerySet[Package]") -> "QuerySet[Package]":
    """Load what each includes and whom it needs, in two more queries."""
    cells = PackageService.objects.select_related("service").order_by("service__position", "id")
    return packages.prefetch_related(Prefetch("team", PackageRole.objects.order_by("id")), Prefetch("cells", cells))


def _belongings(on: date) -> "tuple[Prefetch[Any], ...]":
    return (
        Prefetch("team", PackageRole.objects.order_by("id")),
        Prefetch("production", ProductionShare.objects.order_by("position", "id")),
        Prefetch("prerequisites", Prerequisite.objects.order_by("position", "id")),
        Prefetch("terms", Terms.objects.filter(valid_from__lte=on).order_by("-valid_from")),
    )


def _column(package: Package) -> Column:
    shares = list(package.production.all())
    longest = max((share.minutes for share in shares), default=0)
    return Column(
        package=package,
        team=tuple(package.team.all()),
        production=tuple(Share(share.name, share.minutes, round(100 * share.minutes / longest)) for share in shares),
        prerequisites=tuple(package.prerequisites.all()),
        terms=next(iter(package.terms.all()), None),
    )
