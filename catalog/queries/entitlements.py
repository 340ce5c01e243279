"""Which organisation may order which package, for which dates."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Entitlement, Package
from customers import times
from customers.bearer import Caller
from customers.models import Organisation, Site
from customers.queries import rows_of
from customers.refusals import Refusal
from customers.statements import Given, Statement

INSTANT = timedelta(microseconds=1)


class NotEntitled(Refusal):
    """The organisation never had this package for this site: for them it is as good as not there. Source: S15."""

    code = "not_found"
    status: ClassVar[int] = 404
    sentence = _("This package is not available to your organisation on this site.")


class EntitlementExpired(Refusal):
    """The event is outside the days the organisation may use the package on."""

    code = "entitlement_expired"
    sentence = _("Your organisation can use this package for events from %(first_day)s to %(last_day)s.")


class OutsideServiceTerm(Refusal):
    """The event is outside the package's service term. Source: S77."""

    code = "outside_service_term"
    sentence = _("The event must lie within the service term of this package, from %(first_day)s to %(last_day)s.")


class EntitlementUsedUp(Refusal):
    """Every unit of the entitlement is taken."""

    code = "entitlement_used_up"
    sentence = _("Every assist of this kind that your organisation bought is used. Your administrator can ask us for more.")


def entitlements_visible_to(user: Caller) -> QuerySet[Entitlement]:
    """Return the caller's organisations' entitlements, those that end first first."""
    rows = Entitlement.objects.select_related("package", "site").order_by("valid_until", "id")
    return rows_of(user, rows)


def packages_available_to(organisation: Organisation, *, now: datetime, site: Site | None = None) -> QuerySet[Package]:
    """Return what the organisation can order today, on this site if given: some unit left, the last day not past. Source: S15, S21.

    Today is the organisation's own. An entitlement that begins later counts: the event may lie within it.
    """
    usable = _usable(organisation.pk, _day(now, organisation))
    if site is not None:
        usable = usable.filter(_for_site(site))
    return _with(usable).select_related("family")


def packages_offered_to(organisation: Organisation, *, now: datetime) -> list[Package]:
    """Return the same for a list on a page, on whatever site, with code, name and summary."""
    return _OFFERED.ask(organisation=organisation.pk, today=_day(now, organisation))


def packages_orderable_by(organisation: Organisation, *, now: datetime) -> list[Package]:
    """Return the same, whole, with their families."""
    return _ORDERABLE.ask(organisation=organisation.pk, today=_day(now, organisation))


def _usable(organisation: int | Given, today: date | Given) -> QuerySet[Entitlement]:
    return Entitlement.objects.filter(organisation_id=organisation, package=OuterRef("pk"), valid_until__gte=today, used__lt=F("quantity"))


def _with(usable: QuerySet[Entitlement]) -> QuerySet[Package]:
    return Package.objects.filter(Exists(usable), is_active=True).order_by("position", "id")


_OF_TODAY = _with(_usable(Given("organisation"), Given("today", DateField())))
_OFFERED = Statement(_OF_TODAY.only("code", "name_en", "name_fr", "summary_en", "summary_fr"))
_ORDERABLE = Statement(_OF_TODAY.select_related("family"))


def entitlement_for(
    organisation: Organisation, *, site: Site | None, package: Package, starts_at: datetime, ends_at: datetime
) -> Entitlement:
    """Return the entitlement an event would use: the site's own before one for every site, and of those the first to end.

    :raises NotEntitled: when there is none for the package and site, whatever its dates.
    :raises EntitlementExpired: when the event is outside the days of each.
    :raises OutsideServiceTerm: the same, of a package with a service term.
    :raises EntitlementUsedUp: when each that covers the event has no unit left.

    Source: S15, S77.
    """
    whose = {"organisation": organisation.pk, "package": package.pk}
    known = _EVERYWHERE.ask(**whose) if site is None else _ON_SITE.ask(**whose, site=site.pk)
    if not known:
        raise NotEntitled
    covering = [each for each in known if _covers(each, organisation, starts_at, ends_at)]
    if not covering:
        raise _outside(max(known, key=lambda each: each.valid_until), package)
    for each in covering:
        if each.used < each.quantity:
            return each
    raise EntitlementUsedUp


_GRANTED = Entitlement.objects.filter(organisation_id=Given("organisation"), package_id=Given("package"), package__is_active=True).order_by(
    F("site_id").asc(nulls_last=True), "valid_until", "id"
)


def check_entitlement_covers(entitlement: Entitlement, *, starts_at: datetime, ends_at: datetime) -> None:
    """Make sure an event lies within the days of the entitlement, in the organisation's own zone, to the end of the last.

    :raises EntitlementExpired: when it does not.
    :raises OutsideServiceTerm: the same, of a package with a service term.

    Source: S77.
    """
    if not _covers(entitlement, entitlement.organisation, starts_at, ends_at):
        raise _outside(entitlement, entitlement.package)


def _covers(entitlement: Entitlement, organisation: Organisation, starts_at: datetime, ends_at: datetime) -> bool:
    """An event that ends at midnight sharp ended on the day before."""
    return entitlement.valid_from <= _day(starts_at, organisation) and _day(ends_at - INSTANT, organisation) <= entitlement.valid_until


def _outside(entitlement: Entitlement, package: Package) -> Refusal:
    kind = OutsideServiceTerm if package.term_months else EntitlementExpired
    return kind(first_day=times.day(entitlement.valid_from, weekday=False), last_day=times.day(entitlement.valid_until, weekday=False))


def _for_site(site: Site | Given) -> Q:
    """An entitlement without a site is good for each of them."""
    return Q(site__isnull=True) | Q(site=site)


_EVERYWHERE = Statement(_GRANTED.filter(site__isnull=True))
_ON_SITE = Statement(_GRANTED.filter(_for_site(Given("site"))))


def _day(instant: datetime, organisation: Organisation) -> date:
    return instant.astimezone(ZoneInfo(organisation.zone)).date()
