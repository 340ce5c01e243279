"""What was charged for an order, and what was given back: written once, numbered without a gap. Source: S14, S35, S41"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual
from orders.models.order import Order


class Kind(models.TextChoices):
    """What the document does."""

    INVOICE = "INVOICE", _("Invoice")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")


class InvoiceSeries(models.Model):
    """The last number given in a year: one row for each kind, locked while a document is issued, so that no number is missing."""

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of invoice numbers")
        verbose_name_plural = _("series of invoice numbers")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="one_series_per_kind_and_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


@pghistory.track(
    pghistory.InsertEvent(),
    fields=["organisation", "order", "kind", "number", "issued_at", "due_on", "currency", "total", "credits"],
    append_only=True,
    model_name="InvoiceEvent",
)
class Invoice(models.Model):
    """An invoice, or a credit note that takes back all or a part of one. Nothing in it that has to do with money ever changes."""

    Kind = Kind

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, verbose_name=_("order"), related_name="invoices")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    number = models.CharField(_("number"), max_length=20, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    billed_to = models.CharField(_("billed to"), max_length=160)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    credits = models.ForeignKey("self", models.PROTECT, verbose_name=_("takes back"), null=True, blank=True, related_name="credit_notes")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            models.Index(fields=["organisation", "-issued_at"], name="invoice_newest_of_organisation"),
            models.Index(fields=["-issued_at"], name="invoice_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="invoice_organisation_and_id"),
            models.CheckConstraint(condition=Q(total__gt=0), name="invoice_is_about_some_money"),
            models.CheckConstraint(
                condition=Q(kind="CREDIT_NOTE", credits__isnull=False, due_on__isnull=True)
                | Q(kind="INVOICE", credits__isnull=True, due_on__isnull=False),
                name="credit_note_names_its_invoice",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="invoice_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="invoice_never_changes",
                fields=["organisation", "order", "kind", "number", "issued_at", "due_on", "currency", "total", "credits"],
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line of an invoice or credit note; names are kept in both languages as they were."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, verbose_name=_("invoice"), related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_fr = models.CharField(_("name (French)"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=9)
    unit_price = models.DecimalField(_("standard charge per unit"), max_digits=10, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    name = Bilingual()

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of an invoice")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="one_invoice_line_per_position"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="invoice_line_is_never_negative"),
        ]
        triggers = [pgtrigger.Protect(name="invoice_line_never_changes", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.code} {self.amount}"
