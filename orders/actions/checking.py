"""Answering whether somebody is free, for programs; nobody is held. Source: S23, S47, S48"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Package
from catalog.queries import entitlement_for, packages_available_to
from customers.keys import public_key
from customers.models import Organisation, Site
from customers.refusals import Refusal
from orders.actions.days import check_lead_time, offered_times, resolve_days
from orders.actions.placing import refuse_past
from orders.asks import When, days_from_json, days_to_json
from orders.models import BulkCheck, Order
from orders.plain import days_out, offers_out
from orders.queries import coverage_of, need_of_order
from scheduling.gaps import Alternative
from scheduling.queries import Need, free_ids
from scheduling.windows import Coverage

AT_ONCE = 20  # questions in one transaction


@dataclass(frozen=True)
class Question:
    """Whom a package needs, for a site, at a time."""

    package: Package
    site: Site
    when: When
    language: str

    def to_json(self) -> dict[str, Any]:
        """As it waits for a worker."""
        return {
            "package": self.package.code,
            "site": self.site.host_name,
            "zone": self.when.zone,
            "days": days_to_json(self.when.days),
            "language": self.language,
        }


@dataclass(frozen=True)
class Finding:
    """What was found: the staffed windows, whether somebody is free, and if not at most three other times."""

    need: Need
    coverage: tuple[Coverage, ...]
    available: bool
    late: bool
    alternatives: tuple[Alternative, ...]

    def to_json(self) -> dict[str, Any]:
        """As programs get it."""
        offers = {"alternatives": []} if self.available else offers_out(self.alternatives, self.need)
        return {"available": self.available, "inside_lead_time": self.late, "days": days_out(self.coverage), **offers}


def check_availability(organisation: Organisation, question: Question, *, now: datetime) -> Finding:
    """Look as ordering would look, and hold nobody.

    :raises Refusal: what placing this order would be refused for: days, entitlement, lead time.
    """
    package = question.package
    days = resolve_days(question.when, package, now=now)
    refuse_past(days, now=now)
    entitlement = entitlement_for(organisation, site=question.site, package=package, starts_at=days[0].starts_at, ends_at=days[-1].ends_at)
    zone = question.when.zone
    late = check_lead_time(organisation, package, zone=zone, starts_at=days[0].starts_at, now=now)
    order = Order(organisation=organisation, package=package, zone=zone, assist_language=question.language, entitlement=entitlement)
    need = need_of_order(order, days)
    free = bool(free_ids(need, now=now, limit=1))
    return Finding(need, coverage_of(package, days), free, late, () if free else offered_times(order, now=now, days=days))


@transaction.atomic
def ask_in_bulk(organisation: Organisation, questions: Sequence[Question], *, language: str, now: datetime) -> BulkCheck:
    """Write the questions down for the workers."""
    return BulkCheck.objects.create(
        organisation=organisation,
        key=public_key(),
        language=language,
        questions=[each.to_json() for each in questions],
        asked_at=now,
    )


@transaction.atomic
def answer_some(check_id: int, *, now: datetime) -> bool:
    """Answer the next few questions; False when none is left, or another worker has them. Safe to run twice. Locks the row."""
    unlocked = BulkCheck.objects.select_for_update(of=("self",), skip_locked=True).select_related("organisation")
    check = unlocked.filter(pk=check_id, done_at__isnull=True).first()
    if check is None:
        return False
    now += check.organisation.clock_ahead
    packages = {each.code: each for each in packages_available_to(check.organisation, now=now)}
    sites = {each.host_name: each for each in Site.objects.filter(organisation=check.organisation, is_active=True)}
    start = len(check.answers)
    with translation.override(check.language):
        for asked in check.questions[start : start + AT_ONCE]:
            check.answers.append(_answer(check.organisation, asked, packages, sites, now=now))
    if len(check.answers) == len(check.questions):
        check.done_at = now
    check.save(update_fields=["answers", "done_at"])
    return check.done_at is None


def _answer(
    organisation: Organisation, asked: dict[str, Any], packages: dict[str, Package], sites: dict[str, Site], *, now: datetime
) -> dict[str, Any]:
    """A finding as plain values, or the refusal. What could be named when it was asked may be gone by now."""
    package, site = packages.get(asked["package"]), sites.get(asked["site"])
    if package is None or site is None:
        return _error("not_found", _("Nothing of this name is available to you."))
    question = Question(package, site, When(asked["zone"], days_from_json(asked["days"])), asked["language"])
    try:
        return {**check_availability(organisation, question, now=now).to_json()}
    except Refusal as refused:
        return _error(refused.code, str(refused))


def _error(code: str, detail: str) -> dict[str, Any]:
    return {"error": {"code": code, "detail": detail}}
