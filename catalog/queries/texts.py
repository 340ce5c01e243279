"""The texts that go with what is ordered, and what still has to be confirmed about it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import DateField

from catalog.models import CancellationPolicy, Family, Package, Resource, Terms
from customers.statements import Given, Statement


@dataclass(frozen=True)
class Shelf:
    """What the resource library holds for one family; without a family, what is for everyone."""

    family: Family | None
    resources: tuple[Resource, ...]


def default_policy() -> CancellationPolicy:
    """Return the cancellation policy of new orders, its tiers read along. Source: S37, S41."""
    (policy,) = _POLICY.ask()
    return policy


def current_terms(package: Package, *, on: date) -> Terms | None:
    """Return the terms of a package that hold on this day; None when it has none. Source: S73."""
    return next(iter(_TERMS.ask(package=package.pk, on=on)), None)


_TERMS = Statement(Terms.objects.filter(package_id=Given("package"), valid_from__lte=Given("on", DateField())).order_by("-valid_from")[:1])
_POLICY = Statement(CancellationPolicy.objects.filter(is_default=True).prefetch_related("tiers"))


def library() -> list[Shelf]:
    """Return the resource library, what is for everyone first, then family by family. Two queries. Source: S79."""
    by_family: dict[int | None, list[Resource]] = {}
    for resource in Resource.objects.order_by("position", "id"):
        by_family.setdefault(resource.family_id, []).append(resource)
    shelves: list[Family | None] = [None, *Family.objects.order_by("id")]
    held = [(family, by_family.get(family.pk if family else None, [])) for family in shelves]
    return [Shelf(family, tuple(resources)) for family, resources in held if resources]
