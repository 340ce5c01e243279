"""Packages over the REST API: what the key's organisation can order now, what each includes, and the rates."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from catalog.models import EventKind, Package, PackageService, StaffRole
from catalog.queries import entitlements_visible_to, packages_available_to, with_contents
from customers.clock import now_of
from customers.models import KeyScope
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.pages import Listing, ListQuery
from customers.rest.views import ApiView


class ChargeOut(serializers.Serializer[Any]):
    """What one unit of a service costs at the standard rate."""

    currency = serializers.CharField()
    amount = serializers.CharField()
    unit = serializers.ChoiceField(choices=PackageService.Unit.values)
    minimum_minutes = serializers.IntegerField(allow_null=True)


class PackageServiceOut(serializers.Serializer[Any]):
    """How the package offers one service."""

    code = serializers.CharField()
    name = serializers.CharField()
    inclusion = serializers.ChoiceField(choices=PackageService.Inclusion.values)
    is_option = serializers.BooleanField()
    charge = ChargeOut(allow_null=True)
    note = serializers.CharField(allow_null=True)


class EntitlementOut(serializers.Serializer[Any]):
    """What the organisation bought of it."""

    site = serializers.CharField(allow_null=True)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    quantity = serializers.IntegerField()
    left = serializers.IntegerField()
    contract_percent = serializers.CharField(allow_null=True)


class StandardPriceOut(serializers.Serializer[Any]):
    """The standard charge."""

    currency = serializers.CharField()
    standard = serializers.CharField()


class RoleOut(serializers.Serializer[Any]):
    """How many of a role help."""

    role = serializers.ChoiceField(choices=StaffRole.values)
    count = serializers.IntegerField()


class PackageOut(serializers.Serializer[Any]):
    """A type of assist that can be ordered now."""

    code = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    family = serializers.CharField()
    event_kinds = serializers.ListField(child=serializers.ChoiceField(choices=EventKind.values))
    requires_scheduled_meeting = serializers.BooleanField()
    lead_days = serializers.IntegerField()
    minutes_staffed_before = serializers.IntegerField()
    minutes_staffed_after = serializers.IntegerField()
    max_days = serializers.IntegerField()
    daily_cap_minutes = serializers.IntegerField(allow_null=True)
    included_minutes = serializers.IntegerField()
    price = StandardPriceOut()
    team = RoleOut(many=True)
    services = PackageServiceOut(many=True)
    entitlements = EntitlementOut(many=True)
    links = serializers.DictField(child=serializers.CharField())


class PackagesView(ApiView):
    """`/api/v1/packages/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("packages_list", KeyScope.ORDERS_READ, PackageOut, query=ListQuery, page=True)}

    def get(self, request: KeyRequest) -> Response:
        """List the packages that can be ordered now. Source: S15"""
        packages = with_contents(packages_available_to(request.auth.organisation, now=now_of(request)))
        page = Listing(packages, "code").page(request, ListQuery.of(request))
        return page.answer(_packages(request, page.rows))


class PackageView(ApiView):
    """`/api/v1/packages/<code>/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("package_read", KeyScope.ORDERS_READ, PackageOut, refusals=(404,))}

    def get(self, request: KeyRequest, code: str) -> Response:
        """Read one package; 404 when it cannot be ordered now, whoever else can."""
        packages = with_contents(packages_available_to(request.auth.organisation, now=now_of(request)))
        return Response(_packages(request, [get_object_or_404(packages, code=code)])[0])


def _packages(request: KeyRequest, packages: list[Package]) -> list[dict[str, Any]]:
    entitled: dict[int, list[dict[str, Any]]] = {package.pk: [] for package in packages}
    for each in entitlements_visible_to(request.user).filter(package__in=packages):
        entitled[each.package_id].append(
            {
                "site": each.site.host_name if each.site else None,
                "valid_from": each.valid_from.isoformat(),
                "valid_until": each.valid_until.isoformat(),
                "quantity": each.quantity,
                "left": each.quantity - each.used,
                "contract_percent": str(each.contract_percent) if request.auth.organisation.shows_contract_price else None,
            }
        )
    return [_package(package, entitled[package.pk]) for package in packages]


def _package(package: Package, entitlements: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": package.code,
        "name": package.name,
        "summary": package.summary,
        "family": package.family.code,
        "event_kinds": package.event_kinds,
        "requires_scheduled_meeting": package.requires_scheduled_meeting,
        "lead_days": package.lead_days,
        "minutes_staffed_before": package.lead_in_minutes,
        "minutes_staffed_after": package.lead_out_minutes,
        "max_days": package.max_days,
        "daily_cap_minutes": package.daily_cap_minutes,
        "included_minutes": package.included_minutes,
        "price": {"currency": package.currency, "standard": str(package.price)},
        "team": [{"role": each.role, "count": each.count} for each in package.team.all()],
        "services": [_service(each, package.currency) for each in package.cells.all()],
        "entitlements": entitlements,
        "links": {"self": f"/api/v1/packages/{package.code}/"},
    }


def _service(cell: PackageService, currency: str) -> dict[str, Any]:
    charge = None
    if cell.amount is not None:
        charge = {"currency": currency, "amount": str(cell.amount), "unit": cell.unit, "minimum_minutes": cell.minimum_minutes}
    return {
        "code": cell.service.code,
        "name": cell.service.name,
        "inclusion": cell.inclusion,
        "is_option": cell.service.is_option,
        "charge": charge,
        "note": cell.note or None,
    }
