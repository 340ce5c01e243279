"""Every invoice and credit note: read here, given back by a button that calls the action."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from customers.refusals import Refusal
from customers.times import reader_language
from orders.actions.invoicing import credit_invoice
from orders.admin.read_only import ReadOnlyAdmin
from orders.documents import invoice_pdf
from orders.invoices import bills_of, invoices_for_page
from orders.models import Invoice, InvoiceLine


class CreditForm(forms.Form):
    """How much to give back, and why."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The customer reads this on the credit note.")
    )


class LineInline(admin.TabularInline):  # type: ignore[type-arg]
    """What was charged."""

    model = InvoiceLine
    fields = readonly_fields = ("code", "name_en", "name_fr", "quantity", "unit", "unit_price", "amount")
    can_delete = False
    extra = 0
    ordering = ("position",)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Lines come from the price and the ledger."""
        return False


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Documents of every customer, the newest first."""

    list_display = ("number", "kind", "organisation", "order", "issued_at", "due_on", "shown_total")
    list_filter = ("kind", "currency")
    search_fields = ("number",)
    fields = ("number", "kind", "organisation", "order", "billed_to", "issued_at", "due_on", "currency", "total", "credits", "reason")
    inlines = (LineInline,)
    actions_detail = ("open_pdf", "credit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        """Come through the door."""
        return invoices_for_page(request.user)  # type: ignore[arg-type]  # staff are signed in

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Invoice], search_term: str) -> tuple[QuerySet[Invoice], bool]:
        """Look for one document, or for all of one order, by equality."""
        if not search_term:
            return queryset, False
        found = queryset.filter(number=search_term.strip().upper())
        return found or queryset.filter(order__number=search_term.strip().upper()), False

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Coordinators and administrators."""
        return request.user.has_perm("orders.change_invoice")

    @display(description=gettext_lazy("total"), ordering="total")
    def shown_total(self, invoice: Invoice) -> str:
        """With its currency; what is given back is negative."""
        return f"{'-' if invoice.credits_id else ''}{invoice.total} {invoice.currency}"

    @action(description=gettext_lazy("PDF"), icon="picture_as_pdf", url_path="pdf")
    def open_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The document as the customer has it."""
        found = self._or_404(request, object_id)
        answer = HttpResponse(invoice_pdf(found, language=reader_language()), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
        return answer

    @action(description=gettext_lazy("Give back"), icon="undo", permissions=["decide"])
    def credit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give back a part or all of an invoice by a credit note."""
        found, form = self._or_404(request, object_id), CreditForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                note = credit_invoice(found, **form.cleaned_data, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            except Refusal as refused:
                form.add_error("amount", ValidationError(str(refused), code=refused.code))
            else:
                messages.success(request, _("Credit note %(number)s is issued.") % {"number": note.number})
                return redirect("admin:orders_invoice_change", found.pk)
        left = {bill.number: bill.left for bill in bills_of(found.order)}.get(found.number)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": found, "form": form, "left": left}
        return TemplateResponse(request, "orders/admin/credit.html", {**context, "title": _("Give back")})

    def _or_404(self, request: HttpRequest, object_id: str) -> Invoice:
        found: Invoice | None = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        return found
