"""Placing an order: price and terms frozen, the person booked, the engagement opened, the mail written; or the order set waiting."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from catalog.actions import use_one
from catalog.models import TaskTemplate
from catalog.queries import current_terms, default_policy, entitlement_for
from customers.models import Organisation, User
from customers.refusals import Refusal
from engagements.actions import Brief, DayBrief, open_engagement
from engagements.timeline import working_days_later
from orders import events, notices, pricing
from orders.actions.days import check_lead_time, offered_times, order_days, resolve_days
from orders.actions.drafting import order_services, raise_when_reference_taken
from orders.actions.site_meetings import look_after_meeting
from orders.asks import Availability, Event, Meeting
from orders.models import Order, OrderService
from orders.numbers import new_number
from orders.plain import offers_out
from orders.queries import (
    coverage_of,
    days_of_order,
    need_of_order,
    quote,
    read_along,
    services_of,
    staff_of_order,
    tiers_of,
)
from orders.wording import TimeRefusedInWords
from scheduling.actions import NobodyFree, book, hold
from scheduling.gaps import Alternative
from scheduling.localtime import local_date
from scheduling.queries import Need, person_under
from scheduling.windows import EventDay, InThePast

ANSWER_WORKING_DAYS = 1  # Source: S30; late requests are answered as soon
CONDITIONS = {
    Order.Streaming.PLATFORM: TaskTemplate.Condition.PLATFORM_STREAMING,
    Order.Streaming.MEETINGS: TaskTemplate.Condition.MEETINGS,
    Order.Streaming.THIRD_PARTY: TaskTemplate.Condition.THIRD_PARTY,
}


class PersonTaken(Refusal):
    """Nobody is left at that time; `alternatives` are at most three free ones. Source: S48"""

    code = "nobody_free"
    status = 409
    sentence = _("Nobody is free at that time any more. Choose another time.")

    def __init__(self, alternatives: tuple[Alternative, ...], need: Need) -> None:
        super().__init__()
        self.alternatives, self.need = alternatives, need

    @property
    def members(self) -> dict[str, object]:
        """The alternatives as programs get them, with the sentence why when there are fewer than three."""
        return offers_out(self.alternatives, self.need)


class NotReady(Refusal):
    """The draft is not complete."""

    code = "draft_incomplete"
    status = 409
    sentence = _("Answer the earlier steps first.")


class TermsNotAccepted(Refusal):
    """The package is read together with terms that must be accepted. Source: S73"""

    code = "terms_not_accepted"
    status = 422
    sentence = _("Accept the terms to place the order.")


def place_order(draft: Order, *, accept_terms: bool, by: User | None, now: datetime) -> Order:
    """Place a complete draft. Placing it again gives back the placed order, so a double click orders once. Locks the order.

    :raises PersonTaken: when nobody is left and the customer did not choose to wait; the draft is kept.
    :raises Refusal: when the entitlement is used up or no longer covers the date, or the terms are not accepted.
    Source: S31, S34 to S38
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).select_related("organisation", "package", "site").get(pk=draft.pk)
        if order.state != Order.State.DRAFT:
            return order
        if order.step < Order.Step.CHECK or order.package is None or order.site is None:
            raise NotReady
        prefetch_related_objects([order], "days")
        _settle(order, days_of_order(order), services_of(order), accept_terms=accept_terms, by=by, now=now)
        order.save()
        return _tell(order, now=now)


def order_directly(
    organisation: Organisation,
    *,
    ask: Availability,
    meeting: Meeting,
    event: Event,
    key: str,
    by: User | None,
    language: str,
    now: datetime,
) -> Order:
    """Place a whole order in one go, for the API. `key` names its bookings.

    :raises PersonTaken: as in `place_order`.
    :raises TimeRefusedInWords: when the days cannot be taken.
    """
    try:
        with transaction.atomic():
            days = resolve_days(ask.when, ask.package, now=now)
            order = Order(
                organisation=organisation,
                key=key,
                owner=by,
                site=ask.site,
                package=ask.package,
                zone=ask.when.zone,
                step=Order.Step.CHECK,
                starts_at=days[0].starts_at,
                ends_at=days[-1].ends_at,
                assist_language=ask.assist_language,
                waits=ask.waits,
                mail_language=language,
                created_at=now,
                **vars(ask.contact),
                **vars(meeting),
                **event.fields,
            )
            services = order_services(order, event.services) if event.services else []
            _settle(order, days, services, accept_terms=True, by=by, now=now)
            order.save(force_insert=True)
            read_along(order, "days", order.days.bulk_create(order_days(order, ask.when, days)))
            read_along(order, "services", order.services.bulk_create(services))
            return _tell(order, now=now)
    except IntegrityError as clash:
        raise_when_reference_taken(clash)
        raise


def confirm(order: Order, *, by: User | None, now: datetime) -> Order:
    """Open the engagement of a booked order and say so by mail. The caller holds the order's lock and has booked the person.

    Source: S36 to S38
    """
    _open(order, days_of_order(order), services_of(order), by=by, now=now)
    order.save()
    return _tell(order, now=now)


def brief_of(order: Order, days: tuple[EventDay, ...], services: Iterable[OrderService], *, now: datetime) -> Brief:
    """What engagements needs to know of a booked order."""
    assert order.package
    assert order.number
    return Brief(
        organisation=order.organisation,
        number=order.number,
        reference=order.key,
        package=order.package,
        title=order.title,
        contact_name=order.contact_name,
        contact_email=order.email,
        language=order.mail_language,
        assist_language=order.assist_language,
        zone=order.zone,
        days=day_briefs(order, days),
        conditions=conditions_of(order),
        services=frozenset(each.service.code for each in services),
        booked=person_under(order.key, now=now),
    )


def day_briefs(order: Order, days: tuple[EventDay, ...] | None = None) -> tuple[DayBrief, ...]:
    """The event days, the order's own or others, with their staffed windows. Source: S85, S86"""
    assert order.package
    covered = coverage_of(order.package, days or days_of_order(order))
    return tuple(DayBrief(each.day.starts_at, each.day.ends_at, each.opens_at, each.closes_at) for each in covered)


def conditions_of(order: Order) -> frozenset[str]:
    """The answers that switch duties on. Source: S30, S83, S90, S99 to S108, S120"""
    chosen = {str(CONDITIONS[Order.Streaming(order.streaming)])} if order.streaming in CONDITIONS else set()
    chosen |= {str(TaskTemplate.Condition.BRANDED_APP)} if order.branded_app else set()
    chosen |= {str(TaskTemplate.Condition.CONTENT_BUILD)} if order.content_build else set()
    chosen |= {str(TaskTemplate.Condition.LANGUAGE)} if order.assist_language != "en" else set()
    return frozenset(chosen)


def _settle(
    order: Order,
    days: tuple[EventDay, ...],
    services: Sequence[OrderService],
    *,
    accept_terms: bool,
    by: User | None,
    now: datetime,
) -> None:
    """Decide what becomes of an order for these days and services: all but storing it and saying so."""
    assert order.package
    prefetch_related_objects([order.package], "team")  # once, for all who ask below
    refuse_past(days, now=now)
    order.entitlement = use_one(
        entitlement_for(order.organisation, site=order.site, package=order.package, starts_at=days[0].starts_at, ends_at=days[-1].ends_at)
    )
    late = check_lead_time(order.organisation, order.package, zone=order.zone, starts_at=days[0].starts_at, now=now)
    _freeze(order, days, services, accept_terms=accept_terms, now=now)
    reason = take_someone(order, days, late=late, now=now)
    order.number, order.placed_at, order.version = new_number(), now, order.version + 1
    if not reason:
        return _open(order, days, services, by=by, now=now)
    order.state, order.waiting_reason, order.updated_at = Order.State.WAITING, reason, now
    order.answer_due_at = answer_due(order, now=now)
    return None


def _open(order: Order, days: tuple[EventDay, ...], services: Iterable[OrderService], *, by: User | None, now: datetime) -> None:
    order.engagement = open_engagement(brief_of(order, days, services, now=now), by=by, now=now)
    order.state, order.confirmed_at, order.updated_at = Order.State.CONFIRMED, now, now
    order.waiting_reason, order.answer_due_at = "", None
    order.version += 1


def _tell(order: Order, *, now: datetime) -> Order:
    """Say that an order is confirmed, or that it waits."""
    if order.state == Order.State.WAITING:
        events.tell_waiting(order, now=now)
        notices.say_waiting(order, now=now)
        return order
    look_after_meeting(order, now=now)
    events.tell_confirmed(order, now=now)
    notices.say_confirmed(order, now=now)
    return order


def take_someone(order: Order, days: tuple[EventDay, ...], *, late: bool, now: datetime) -> str:
    """Book who is free, or say why the order waits; a late order only holds the person until the coordinator's answer is due.

    :raises PersonTaken: when nobody is free and nothing says to wait.
    Source: S9, S23, S30, S48
    """
    need = need_of_order(order, days)
    try:
        if late:
            hold(need, reference=order.key, now=now, until=answer_due(order, now=now), prefer=staff_of_order(order, now=now))
            return Order.WaitingReason.LATE
        book(order.key, need=need, now=now, anyone=True)
    except NobodyFree as nobody:
        if order.assist_language != "en":
            return Order.WaitingReason.LANGUAGE
        if order.waits:
            return Order.WaitingReason.NOBODY_FREE
        raise PersonTaken(offered_times(order, days=days, now=now), need) from nobody
    return ""


def answer_due(order: Order, *, now: datetime) -> datetime:
    """By when the customer has an answer: one working day, and never after the event has begun. Source: S30"""
    assert order.starts_at
    return min(working_days_later(now, ANSWER_WORKING_DAYS, order.organisation.zone), order.starts_at)


def refuse_past(days: tuple[EventDay, ...], *, now: datetime) -> None:
    """:raises TimeRefusedInWords: when the first day has begun."""
    if days[0].starts_at <= now:
        raise TimeRefusedInWords(InThePast("the event would have started already"))


def _freeze(order: Order, days: tuple[EventDay, ...], services: Iterable[OrderService], *, accept_terms: bool, now: datetime) -> None:
    """Keep price, cancellation terms and the accepted version of the terms as they are now. Source: S35, S37, S73"""
    assert order.package
    assert order.entitlement
    asked = {each.service.code: each.quantity for each in services}
    price = quote(order.package, days=days, services=asked, contract_percent=order.entitlement.contract_percent)
    policy = default_policy()
    order.price = pricing.quote_to_json(price)
    order.cancellation = pricing.terms_to_json(
        pricing.Terms(code=policy.code, text_en=policy.text_en, text_fr=policy.text_fr, tiers=tiers_of(policy))
    )
    order.terms = current_terms(order.package, on=local_date(now, order.organisation.zone))
    if order.terms and not accept_terms:
        raise TermsNotAccepted
