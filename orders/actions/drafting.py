"""The draft of an order: its four steps, the hold that keeps a person while the customer finishes, and throwing it away."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import Package, Service
from catalog.queries import check_entitlement_covers, entitlement_for
from customers.models import Organisation, Site, User
from customers.refusals import Refusal
from orders.actions.days import check_lead_time, offered_times, resolve_days, write_days
from orders.asks import Availability, Event, Meeting, When, moved_to
from orders.models import Order, OrderService
from orders.queries import hold_length, live_holds_of, need_of_order, quarters, wish_at, wishes_of
from scheduling import windows
from scheduling.actions import NobodyFree, hold, release
from scheduling.gaps import Alternative
from scheduling.windows import DayWish
from webex.queries import Answer, MeetingFound

KEY_BYTES = 16  # 128 random bits: the draft's address is its secret


class TooManyHolds(Refusal):
    """One orderer keeps at most a few people's time at once. Source: S48"""

    code = "too_many_holds"
    status = 409


class ScheduleFirst(Refusal):
    """The package wants the session to be on the customer's site first. Source: S8, S24"""

    code = "schedule_first"
    status = 422


class StepMissing(Refusal):
    """An earlier step has not been answered."""

    code = "step_missing"
    status = 409


class ReferenceTaken(Refusal):
    """An organisation uses its own reference for one order only."""

    code = "external_reference_taken"
    status = 409
    sentence = _("Another order of your organisation has this reference already.")


@dataclass(frozen=True)
class Checked:
    """What the availability check found.

    `held_until` is set when someone is held. Else `alternatives` are at most three free times; `late` says that the order is inside the
    lead time, `language` that people are free but none with the language.
    """

    held_until: datetime | None
    late: bool = False
    language: bool = False
    alternatives: tuple[Alternative, ...] = ()


@transaction.atomic
def start_draft(*, by: User, organisation: Organisation, now: datetime, package: Package | None = None, site: Site | None = None) -> Order:
    """Open an empty order, filled in from the person's profile and organisation. Source: S16, S18, S19"""
    return Order.objects.create(
        organisation=organisation,
        key=secrets.token_urlsafe(KEY_BYTES),
        owner=by,
        package=package,
        site=site,
        first_name=by.first_name,
        last_name=by.last_name,
        phone=by.phone,
        email=by.email,
        company=organisation.name,
        zone=site.zone if site else organisation.zone,
        mail_language=by.language,
        created_at=now,
        updated_at=now,
    )


@transaction.atomic
def save_availability(draft: Order, *, ask: Availability, by: User | None, now: datetime) -> Checked:
    """Keep step 1 and look for someone; who is found is held. Locks the draft; safe to run twice.

    What was typed is kept even when nobody is free.
    :raises TimeRefusedInWords: when the days cannot be taken as they stand.
    :raises TooLate: inside the lead time, where the organisation's policy blocks it.
    :raises Refusal: when no entitlement covers the package, site and date.
    :raises TooManyHolds: when this person holds the most they may already.
    Source: S18 to S23, S30, S48
    """
    draft = _locked(draft)
    days = resolve_days(ask.when, ask.package, now=now)
    draft.entitlement = entitlement_for(
        draft.organisation, site=ask.site, package=ask.package, starts_at=days[0].starts_at, ends_at=days[-1].ends_at
    )
    late = check_lead_time(draft.organisation, ask.package, zone=ask.when.zone, starts_at=days[0].starts_at, now=now)
    _write_availability(draft, ask, days, now=now)
    return _check(draft, late=late, by=by, now=now)


@transaction.atomic
def choose_time(draft: Order, *, starts_at: datetime, by: User, now: datetime) -> Checked:
    """Move the draft to an offered time and hold who is free then. Source: S48"""
    draft = _locked(draft)
    return _retime(draft, When(draft.zone, moved_to(wishes_of(draft), wish_at(starts_at, draft.zone))), by=by, now=now)


@transaction.atomic
def take_site_time(draft: Order, *, starts_at: datetime, minutes: int, by: User, now: datetime) -> Checked:
    """Give the draft the time and length that its meeting has on the site, and hold who is free then. Source: S27

    :raises TimeRefusedInWords: when that time cannot be taken.
    :raises Refusal: when it lies outside the entitlement.
    """
    draft = _locked(draft)
    _need_step(draft, Order.Step.MEETING)
    wall = wish_at(starts_at, draft.zone)
    when = When(draft.zone, (DayWish(wall.local_start, timedelta(minutes=quarters(minutes)), wall.fold),))
    if draft.entitlement:
        ends_at = starts_at + timedelta(minutes=quarters(minutes))
        check_entitlement_covers(draft.entitlement, starts_at=starts_at, ends_at=ends_at)
    return _retime(draft, when, by=by, now=now)


@transaction.atomic
def wait_for_someone(draft: Order, *, by: User, now: datetime) -> Order:
    """Go on without anyone: the placed order will wait for someone to be free. Source: S48"""
    draft = _locked(draft)
    draft.waits, draft.step, draft.updated_at = True, max(draft.step, Order.Step.MEETING), now
    draft.save(update_fields=["waits", "step", "updated_at"])
    return draft


@transaction.atomic
def save_meeting(draft: Order, *, answers: Meeting, found: MeetingFound | None = None, by: User | None, now: datetime) -> Order:
    """Keep step 2, and what the site says about the meeting where nothing was typed.

    :raises ScheduleFirst: when the package needs the session on the site and it is not there yet; the draft stays.
    Source: S24 to S27
    """
    draft = _locked(draft)
    _need_step(draft, Order.Step.MEETING)
    if _package(draft).requires_scheduled_meeting and not answers.is_scheduled:
        raise ScheduleFirst(_("Schedule the session on your site first, then come back: your draft is kept."))
    for name, value in asdict(answers).items():
        setattr(draft, name, value)
    told = _told_by_site(found) if found else {}
    for name, value in told.items():
        setattr(draft, name, getattr(draft, name) or value)
    draft.step, draft.updated_at = max(draft.step, Order.Step.EVENT), now
    draft.save(update_fields=[*asdict(answers), *(told.keys() - asdict(answers).keys()), "step", "updated_at"])
    return draft


def _told_by_site(found: MeetingFound) -> dict[str, str]:
    """What the site knows, by the names of the order's columns. Source: S25"""
    if found.answer != Answer.FOUND:
        return {}
    return {
        "title": found.title[:200],
        "sessions": found.agenda[:4000],
        "meeting_number": found.number,
        "meeting_link": found.link[:500],
        "host_name": found.host_name[:160],
    }


@transaction.atomic
def save_event(draft: Order, *, answers: Event, by: User | None, now: datetime) -> Order:
    """Keep step 3 and the services asked for.

    :raises ReferenceTaken: when another order of the organisation has the customer's reference.
    Source: S28 to S30, S56 to S69
    """
    draft = _locked(draft)
    _need_step(draft, Order.Step.EVENT)
    for name, value in answers.fields.items():
        setattr(draft, name, value)
    draft.step, draft.updated_at = Order.Step.CHECK, now
    try:
        with transaction.atomic():
            draft.save(update_fields=[*answers.fields, "step", "updated_at"])
    except IntegrityError as clash:
        raise_when_reference_taken(clash)
        raise
    write_services(draft, answers.services)
    return draft


@transaction.atomic
def discard_draft(draft: Order, *, by: User, now: datetime) -> None:
    """Throw the draft away and free who was held. Source: S32"""
    draft = _locked(draft)
    release(draft.key, now=now)
    draft.delete()


def _retime(draft: Order, when: When, *, by: User, now: datetime) -> Checked:
    days = resolve_days(when, _package(draft), now=now)
    write_days(draft, when, days)
    draft.save(update_fields=["starts_at", "ends_at"])
    late = check_lead_time(draft.organisation, _package(draft), zone=draft.zone, starts_at=days[0].starts_at, now=now)
    return _check(draft, late=late, by=by, now=now)


def _check(draft: Order, *, late: bool, by: User | None, now: datetime) -> Checked:
    if by and live_holds_of(by, now=now, besides=draft.key) >= settings.LIVE_HOLDS_PER_ORDERER:
        raise TooManyHolds(_("You hold the time of several people in other drafts. Finish or discard one of them first."))
    until = now + hold_length()
    try:
        hold(need_of_order(draft), reference=draft.key, now=now, until=until)
    except NobodyFree:
        release(draft.key, now=now)
        language = draft.assist_language != "en"
        _reach(draft, Order.Step.MEETING if draft.waits or language else Order.Step.AVAILABILITY, now=now)
        return Checked(None, late=late, language=language, alternatives=offered_times(draft, now=now))
    draft.waits = False
    _reach(draft, Order.Step.MEETING, now=now)
    return Checked(until, late=late)


def _reach(draft: Order, step: int, *, now: datetime) -> None:
    draft.step, draft.updated_at = max(draft.step, step), now
    draft.save(update_fields=["step", "waits", "updated_at"])


def _write_availability(draft: Order, ask: Availability, days: tuple[windows.EventDay, ...], *, now: datetime) -> None:
    for name, value in asdict(ask.contact).items():
        setattr(draft, name, value)
    draft.site, draft.package, draft.assist_language, draft.waits = ask.site, ask.package, ask.assist_language, ask.waits
    write_days(draft, ask.when, days)
    draft.updated_at = now
    draft.save()


def raise_when_reference_taken(clash: IntegrityError) -> None:
    """Turn the database's refusal of a second use into ours."""
    if "order_reference_once_per_organisation" in str(clash):
        raise ReferenceTaken from clash


def write_services(order: Order, services: dict[str, int]) -> None:
    """Replace the services asked for: code to quantity."""
    order.services.all().delete()
    OrderService.objects.bulk_create(order_services(order, services))


def order_services(order: Order, services: dict[str, int]) -> list[OrderService]:
    """The rows of these services, unsaved: code to quantity."""
    return [
        OrderService(organisation_id=order.organisation_id, order=order, service=each, quantity=services[each.code])
        for each in Service.objects.filter(code__in=services)
    ]


def _locked(draft: Order) -> Order:
    return (
        Order.objects.select_for_update(of=("self",))
        .select_related("organisation", "package", "entitlement")
        .get(pk=draft.pk, state=Order.State.DRAFT)
    )


def _package(order: Order) -> Package:
    if order.package is None:
        raise StepMissing(_("Answer the first step first."))
    return order.package


def _need_step(draft: Order, step: int) -> None:
    if draft.step < step:
        raise StepMissing(_("Answer the earlier steps first."))
