"""What the running summary of a draft shows: package, days, coverage, who is held, and the price so far."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Package, Terms
from catalog.queries import current_terms, default_policy
from customers.models import Site
from orders import pricing
from orders.models import Order, OrderService
from orders.queries import coverage_of, days_of_order, held_until, is_late, quote, tiers_of
from scheduling.localtime import local_date
from scheduling.windows import Coverage


@dataclass(frozen=True)
class Summary:
    """A draft as far as it goes; what is not known yet is None or empty."""

    package: Package | None
    site: Site | None
    zone: str
    coverage: tuple[Coverage, ...] = ()
    held_until: datetime | None = None
    late: bool = False
    price: pricing.Quote | None = None
    fees: tuple[pricing.FeeRow, ...] = ()
    policy: str = ""
    terms: Terms | None = None
    services: tuple[OrderService, ...] = ()


def summary_of(draft: Order, *, now: datetime) -> Summary:
    """Return what is known of a draft; the price is today's and is frozen when the order is placed. Source: S33, S35"""
    if draft.package is None or draft.starts_at is None:
        return Summary(draft.package, draft.site, draft.zone)
    days = days_of_order(draft)
    services = tuple(draft.services.select_related("service"))
    percent = draft.entitlement.contract_percent if draft.entitlement else None
    price = quote(draft.package, days=days, services={each.service.code: each.quantity for each in services}, contract_percent=percent)
    policy = default_policy()
    return Summary(
        package=draft.package,
        site=draft.site,
        zone=draft.zone,
        coverage=coverage_of(draft.package, days),
        held_until=held_until(draft, now=now),
        late=is_late(draft.package, starts_at=draft.starts_at, zone=draft.zone, now=now),
        price=price,
        fees=pricing.fee_table(starts_at=draft.starts_at, zone=draft.zone, price=price.contract, tiers=tiers_of(policy)),
        policy=policy.text,
        terms=current_terms(draft.package, on=local_date(now, draft.organisation.zone)),
        services=services,
    )
