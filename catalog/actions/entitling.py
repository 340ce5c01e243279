"""Granting the right to order, and using it up one by one."""

import calendar
import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from catalog.models import Entitlement, Package
from catalog.queries import EntitlementUsedUp
from customers import times
from customers.models import Organisation, Site
from customers.refusals import Refusal

OVERSOLD = "entitlement_is_never_oversold"


class LastDayMissing(Refusal):
    """A package without a service term is granted until a day that somebody must name."""

    code = "last_day_missing"
    sentence = _("This package has no service term: say until which day it may be used.")


class TermTooLong(Refusal):
    """A package with a service term cannot be granted beyond it. Source: S77."""

    code = "term_too_long"
    sentence = _("The service term of this package ends on %(last_day)s.")


@transaction.atomic
def grant_entitlement(
    *,
    organisation: Organisation,
    package: Package,
    quantity: int,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    site: Site | None = None,
    contract_percent: Decimal = Decimal(100),
) -> Entitlement:
    """Let an organisation order the package so many times within these days, on one site or on each of them.

    Without a last day the package's service term sets it: the same day of the month when the term is over. Source: S15, S77.

    :raises LastDayMissing: when neither names one.
    :raises TermTooLong: when the last day is beyond the service term.
    """
    return Entitlement.objects.create(
        organisation=organisation,
        site=site,
        package=package,
        quantity=quantity,
        valid_from=valid_from,
        valid_until=last_day(package=package, valid_from=valid_from, valid_until=valid_until),
        contract_percent=contract_percent,
    )


def last_day(*, package: Package, valid_from: dt.date, valid_until: dt.date | None) -> dt.date:
    """Return the last day of a grant: the one that is named, else the end of the service term.

    :raises LastDayMissing: when neither names one.
    :raises TermTooLong: when the one that is named is beyond the service term.
    """
    end_of_term = add_months(valid_from, package.term_months) if package.term_months else None
    chosen = valid_until or end_of_term
    if chosen is None:
        raise LastDayMissing
    if end_of_term and chosen > end_of_term:
        raise TermTooLong(last_day=times.day(end_of_term, weekday=False))
    return chosen


def use_one(entitlement: Entitlement) -> Entitlement:
    """Take one unit and return the entitlement. The database's CHECK refuses the one too many, however many ask at once. Source: S15.

    Holds the entitlement's row until the caller's transaction ends. Dates are not looked at: see `queries.entitlement_for`.

    :raises EntitlementUsedUp: when none is left; the caller's transaction can then only be rolled back.
    """
    try:
        Entitlement.objects.filter(pk=entitlement.pk, organisation_id=entitlement.organisation_id).update(used=F("used") + 1)
    except IntegrityError as error:
        if OVERSOLD not in str(error):
            raise
        raise EntitlementUsedUp from error
    return entitlement


@transaction.atomic
def give_back(entitlement: Entitlement) -> None:
    """Return one unit, of an order that was cancelled. Call once per unit taken; the database refuses less than none."""
    Entitlement.objects.filter(pk=entitlement.pk, organisation_id=entitlement.organisation_id).update(used=F("used") - 1)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
