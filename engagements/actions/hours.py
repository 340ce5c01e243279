"""Spending the hours of a package, and adding to them when that is agreed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import Package
from customers.bearer import Caller
from customers.models import User
from customers.refusals import Refusal
from engagements import mails
from engagements.actions.crediting import credited_to
from engagements.actions.locking import lock
from engagements.actions.refusing import NotYours, refuse_closed
from engagements.actions.ticking import person
from engagements.models import Engagement, HoursBudget, HoursEntry
from engagements.queries import may_approve, may_run

WARN_AT_PERCENT = 75  # Source: S91
LONGEST_REASON = 300


class HoursUsedUp(Refusal):
    """The package has no more of these hours."""

    code = "hours_used_up"
    sentence = _("Only %(left)d minutes are left of these hours. More needs an add-on, approved by the project manager or the coordinator.")


class NoSuchHours(Refusal):
    """The package has none of these hours."""

    code = "no_such_hours"
    sentence = _("This package has none of these hours.")


class BadEntry(Refusal):
    """Minutes and what they are for."""

    code = "bad_entry"
    status = 422
    sentence = _("Enter the minutes and what they are for.")


def budgets_of(engagement: Engagement, package: Package) -> list[HoursBudget]:
    """Return what the package gives a new engagement, not saved. Source: S54, S91"""
    given = {HoursBudget.Kind.PRODUCTION: package.production_minutes, HoursBudget.Kind.RECORDING: package.recording_minutes}
    return [
        HoursBudget(organisation_id=engagement.organisation_id, engagement=engagement, kind=kind, limit_minutes=minutes)
        for kind, minutes in given.items()
        if minutes
    ]


def spend_hours(
    engagement: Engagement, *, kind: str, minutes: int, reason: str, key: str, share: str = "", by: Caller | None, now: datetime
) -> HoursEntry:
    """Enter minutes of work; negative minutes take a mistake back. Safe to run twice with the same key. Locks the engagement.

    Those who answer for it are told once when three quarters are used.

    :raises HoursUsedUp: when it would pass what the package and its add-ons allow.
    :raises NoSuchHours: when the package has none of these hours.
    Source: S54, S55, S91
    """
    with transaction.atomic(), credited_to(person(by)):
        current = _workable(engagement)
        if not may_run(current, by):
            raise NotYours
        budget = _budget(current, kind)
        known = budget.entries.filter(key=key).first()
        if known is not None:
            return known
        if minutes > budget.left_minutes or minutes < -budget.used_minutes:
            raise HoursUsedUp(left=budget.left_minutes)
        entry = _enter(budget, HoursEntry.Kind.WORK, minutes, reason, key=key, share=share, by=by, now=now)
        _warn(current, budget, minutes, now=now)
        return entry


def approve_add_on(engagement: Engagement, *, kind: str, minutes: int, reason: str, key: str, by: User | None, now: datetime) -> HoursEntry:
    """Add to the hours of one engagement, as agreed. Safe to run twice with the same key. Locks the engagement.

    :raises NotYours: unless a project manager or the coordinator of it, or an administrator, approves.
    Source: S59, S91
    """
    with transaction.atomic(), credited_to(by):
        current = _workable(engagement)
        if not may_approve(current, by):
            raise NotYours
        budget = _budget(current, kind)
        known = budget.entries.filter(key=key).first()
        return known or _enter(budget, HoursEntry.Kind.ADD_ON, minutes, reason, key=key, by=by, now=now)


def _workable(engagement: Engagement) -> Engagement:
    current = lock(engagement)
    refuse_closed(current)
    return current


def _budget(engagement: Engagement, kind: str) -> HoursBudget:
    found = HoursBudget.objects.select_for_update(of=("self",)).filter(engagement=engagement, kind=kind).first()
    if found is None:
        raise NoSuchHours
    return found


def _enter(
    budget: HoursBudget, kind: str, minutes: int, reason: str, *, key: str, share: str = "", by: Caller | None, now: datetime
) -> HoursEntry:
    if not minutes or not 0 < len(reason.strip()) <= LONGEST_REASON or (kind == HoursEntry.Kind.ADD_ON and minutes < 0):
        raise BadEntry
    return HoursEntry.objects.create(
        organisation_id=budget.organisation_id,
        budget=budget,
        key=key,
        kind=kind,
        minutes=minutes,
        share=share,
        reason=reason.strip(),
        entered_at=now,
        entered_by=person(by),
    )


def _warn(engagement: Engagement, budget: HoursBudget, minutes: int, *, now: datetime) -> None:
    used = budget.used_minutes + minutes
    if used * 100 >= budget.allowed_minutes * WARN_AT_PERCENT:
        mails.tell_hours_low(engagement, budget, used=used, now=now)
