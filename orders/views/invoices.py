"""The page of an invoice or credit note, and its PDF. Source: S14"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from customers.access import signed_in
from customers.requests import SignedInRequest
from customers.times import reader_language
from orders.documents import invoice_pdf, words_of
from orders.invoices import invoices_for_page


@signed_in
def invoice(request: SignedInRequest, number: str) -> HttpResponse:
    """Show one, with what was given back of it."""
    documents = invoices_for_page(request.user)
    found = get_object_or_404(documents, number=number)
    context = {"invoice": found, "words": words_of(found), "credit_notes": list(documents.filter(credits=found))}
    return render(request, "orders/invoice.html", context)


@signed_in
def pdf(request: SignedInRequest, number: str) -> HttpResponse:
    """The same to keep, in the reader's language."""
    found = get_object_or_404(invoices_for_page(request.user), number=number)
    answer = HttpResponse(invoice_pdf(found, language=reader_language()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer
