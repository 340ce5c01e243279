"""Billing an order: invoices and credit notes that agree with what is owed, numbered in order. Source: S14, S35, S41"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Package, Service
from customers.models import User
from customers.refusals import Refusal
from orders import billing
from orders.actions.cancelling import locked_order
from orders.invoices import bills_of, owed_for
from orders.models import Invoice, InvoiceLine, InvoiceSeries, Order

BILLED_STATES = (Order.State.COMPLETED, Order.State.CANCELLED)
PREFIXES: dict[str, str] = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CRN"}


class NothingLeftToCredit(Refusal):
    """More was to be given back than is left of the invoice."""

    code = "nothing_left_to_credit"
    sentence = gettext_lazy("At most %(left)s is left of this invoice.")


@transaction.atomic
def settle_order(order: Order, *, now: datetime) -> list[Invoice]:
    """Issue what makes the bill of an order that is over agree with what it owes; usually one invoice, or nothing.

    Safe to run twice. Locks the order, then the series of numbers until the end of the transaction.
    Source: S35, S41
    """
    order = locked_order(order)
    if order.state not in BILLED_STATES:
        return []
    settlement = billing.settle(owed_for(order), bills_of(order))
    issued = []
    if billing.total(settlement.charge) > 0:
        issued.append(_issue(order, settlement.charge, now=now))
    for number, lines in settlement.give_back.items():
        issued.append(_issue(order, lines, credits_=order.invoices.get(number=number), reason=_reason(order), now=now))
    Order.objects.filter(pk=order.pk).update(settled_at=now)
    return issued


@transaction.atomic
def credit_invoice(invoice: Invoice, *, amount: Decimal, reason: str, by: User, now: datetime) -> Invoice:
    """Give back a part of an invoice, or all that is left of it. Locks the order.

    :raises NothingLeftToCredit: when it is more than is left, or no amount in cents.
    """
    order = locked_order(invoice.order)
    bill = next(bill for bill in bills_of(order) if bill.number == invoice.number)
    try:
        lines = billing.part_of(bill, amount)
    except ValueError as wrong:
        raise NothingLeftToCredit(left=bill.left) from wrong
    return _issue(order, lines, credits_=invoice, reason=reason, now=now)


def _reason(order: Order) -> str:
    with translation.override(order.mail_language):
        return _("Corrected: less is owed than was billed.")


def _issue(order: Order, lines: Iterable[billing.Item], *, now: datetime, credits_: Invoice | None = None, reason: str = "") -> Invoice:
    kind = Invoice.Kind.CREDIT_NOTE if credits_ else Invoice.Kind.INVOICE
    items = list(lines)
    assert order.price
    document = Invoice.objects.create(
        organisation_id=order.organisation_id,
        order=order,
        kind=kind,
        number=_next_number(kind, now),
        issued_at=now,
        due_on=None if credits_ else (now + timedelta(days=settings.INVOICE_DUE_DAYS)).date(),
        billed_to=order.company or order.organisation.name,
        currency=order.price["currency"],
        total=billing.total(items),
        credits=credits_,
        reason=reason,
    )
    names = _names(item.code for item in items)
    InvoiceLine.objects.bulk_create(_line(document, place, item, names[item.code]) for place, item in enumerate(items, start=1))
    return document


def _next_number(kind: str, now: datetime) -> str:
    """Draw the next number of the year (UTC); whoever issues at the same time waits until this transaction ends, so none is lost."""
    InvoiceSeries.objects.bulk_create([InvoiceSeries(kind=kind, year=now.year)], ignore_conflicts=True)
    series = InvoiceSeries.objects.select_for_update().get(kind=kind, year=now.year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{PREFIXES[kind]}-{now.year}-{series.last:05}"


@dataclass(frozen=True)
class _Name:
    en: str
    fr: str


def _names(codes: Iterable[str]) -> dict[str, _Name]:
    wanted = set(codes)
    known = {row.code: _Name(row.name_en, row.name_fr) for model in (Package, Service) for row in model.objects.filter(code__in=wanted)}
    return {code: known.get(code) or _Name(_in("en", code), _in("fr", code)) for code in wanted}


def _in(language: str, code: str) -> str:
    with translation.override(language):
        own = {
            billing.FEE: _("Cancellation fee"),
            billing.EXTRA_HOURS: _("Extra hours"),
            billing.GOODWILL: _("Credit"),
        }
        return own.get(code, code)


def _line(document: Invoice, place: int, item: billing.Item, name: _Name) -> InvoiceLine:
    return InvoiceLine(
        organisation_id=document.organisation_id,
        invoice=document,
        position=place,
        code=item.code,
        name_en=name.en,
        name_fr=name.fr,
        quantity=item.quantity,
        unit=item.unit.value,
        unit_price=item.unit_price,
        amount=item.amount,
    )
