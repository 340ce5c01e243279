"""Reads of invoices: whose they are, and what an order has been billed. Source: S14"""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from catalog.models import PackageService
from customers.access import has_staff_role
from customers.bearer import Caller, KeyBearer
from customers.queries import rows_of
from engagements.models import HoursEntry
from orders import billing, pricing
from orders.models import Invoice, InvoiceLine, Order
from orders.queries import FULL_VIEW, price_of


def invoices_visible_to(user: Caller, invoices: QuerySet[Invoice] | None = None) -> QuerySet[Invoice]:
    """Return the invoices and credit notes of the caller's organisation; of ours, those who see every order see them all.

    Of all there are, or of these.
    """
    documents = rows_of(user, Invoice.objects.all() if invoices is None else invoices)
    if isinstance(user, KeyBearer) or not user.is_staff or has_staff_role(user, *FULL_VIEW):
        return documents
    return documents.none()


def invoices_for_page(user: Caller) -> QuerySet[Invoice]:
    """The same with what their pages show, newest first."""
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position"))
    related = ("order__package", "organisation", "credits")
    return invoices_visible_to(user).select_related(*related).prefetch_related(lines).order_by("-issued_at", "-number")


def owed_for(order: Order) -> tuple[billing.Item, ...]:
    """What the order owes as it stands: a completed one its price and agreed extra time, a cancelled one its fee. Source: S35, S41"""
    if order.state == Order.State.CANCELLED:
        return billing.fee_of(order.cancellation_fee or Decimal(0))
    if order.state != Order.State.COMPLETED:
        return ()
    percent = order.entitlement.contract_percent if order.entitlement else pricing.WHOLE
    return billing.charges_of(price_of(order), extras_of(order), contract_percent=percent)


def extras_of(order: Order) -> list[billing.Extra]:
    """The extra time that the customer agreed to, from the ledger of hours; nothing where extra time is not sold. Source: S57"""
    if order.engagement_id is None or order.package_id is None:
        return []
    cell = PackageService.objects.filter(package_id=order.package_id, service__code=pricing.EXTRA_TIME).first()
    agreed = HoursEntry.objects.filter(budget__engagement_id=order.engagement_id, kind=HoursEntry.Kind.ADD_ON).order_by("pk")
    if cell is None or cell.amount is None:
        return []
    return [billing.Extra(minutes, cell.amount) for minutes in agreed.values_list("minutes", flat=True)]


def bills_of(order: Order) -> list[billing.Bill]:
    """What each invoice of the order still stands for, oldest first."""
    bills = []
    for invoice in order.invoices.filter(kind=Invoice.Kind.INVOICE).prefetch_related("lines", "credit_notes__lines").order_by("pk"):
        still: dict[str, Decimal] = defaultdict(Decimal)
        for line in invoice.lines.all():
            still[line.code] += line.amount
        goodwill = Decimal(0)
        for line in (line for note in invoice.credit_notes.all() for line in note.lines.all()):
            if line.code == billing.GOODWILL:
                goodwill += line.amount
            else:
                still[line.code] -= line.amount
        bills.append(billing.Bill(invoice.number, dict(still), goodwill))
    return bills
