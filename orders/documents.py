"""What an invoice says in words, for its page and its PDF. Source: S14, S35"""

from typing import Any

from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from customers import times
from orders.models import Invoice, InvoiceLine
from orders.pricing import Unit
from outbox.typesetting import typeset


def words_of(invoice: Invoice) -> dict[str, Any]:
    """The sentences around the table, in the reader's language."""
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return {"total_label": _("Total given back"), "notes": [_("Amounts are without taxes.")]}
    assert invoice.due_on
    due = _("Due on %(day)s.") % {"day": times.day(invoice.due_on, weekday=False)}
    rates = _("Standard charges are shown; amounts are at your contracted rate, without taxes.")
    return {"total_label": _("Total due"), "notes": [due, rates]}


def quantity_words(line: InvoiceLine) -> str:
    """How much of what: `1.5 h`, `2 × 30 min`, `3 days`, in the reader's language."""
    number = format_decimal(line.quantity, locale=times.reader_language())
    shape = {Unit.HOUR: _("%(number)s h"), Unit.HALF_HOUR: _("%(number)s × 30 min"), Unit.DAY: _("%(number)s × 1 day")}
    return shape.get(Unit(line.unit), "%(number)s") % {"number": number.replace(" ", times.NO_BREAK)}


def invoice_pdf(invoice: Invoice, *, language: str) -> bytes:
    """The document as PDF/UA-1; the same bytes whenever it is asked for."""
    with translation.override(language):
        title = f"{invoice.get_kind_display()} {invoice.number}"
        values = {
            **words_of(invoice),
            "sender": settings.PROVIDER_NAME,
            "footer": f"{settings.PROVIDER_NAME} · {invoice.number}",
            "facts": _facts(invoice),
            "columns": [_("Service"), _("Quantity"), _("Standard charge"), _("Amount")],
            "lines": [_row(invoice, line) for line in invoice.lines.all()],
            "total": _money(invoice, invoice.total),
        }
        return typeset("invoice", values, language=language, title=title, made_at=invoice.issued_at)


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    order = invoice.order
    rows = [(_("Billed to"), invoice.billed_to), (_("Issued"), _day(invoice))]
    if invoice.credits:
        rows.append((_("Takes back"), invoice.credits.number))
    assert order.package
    rows += [(_("Order"), f"{order.number}, {order.title or order.package.name}"), (_("Package"), order.package.name)]
    if order.starts_at and order.ends_at:
        rows.append((_("Event"), times.span(order.starts_at, order.ends_at, order.zone)))
    if invoice.reason:
        rows.append((_("Reason"), invoice.reason))
    return rows


def _day(invoice: Invoice) -> str:
    return times.day(invoice.issued_at.date(), weekday=False)


def _row(invoice: Invoice, line: InvoiceLine) -> tuple[str, str, str, str]:
    return (line.name, quantity_words(line), _money(invoice, line.unit_price), _money(invoice, line.amount))


def _money(invoice: Invoice, amount: Any) -> str:
    return str(format_currency(amount, invoice.currency, locale=times.reader_language()))
