"""Invoices and credit notes: issued once, numbered without a gap, never changed, read by their own customer. Source: S14, S35, S41"""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.test import Client
from pypdf import PdfReader

from orders import billing
from orders.actions.cancelling import cancel_order
from orders.actions.invoicing import NothingLeftToCredit, credit_invoice, settle_order
from orders.actions.placing import place_order
from orders.documents import invoice_pdf
from orders.invoices import bills_of
from orders.models import Invoice, InvoiceLine, Order
from orders.tasks import issue_invoices
from tests import make
from tests.orders.conftest import NOW, World

DONE = NOW + timedelta(days=60)


@pytest.fixture
def placed(world: World) -> Order:
    return place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)


@pytest.fixture
def completed(placed: Order) -> Order:
    return complete(placed)


def complete(order: Order) -> Order:
    Order.objects.filter(pk=order.pk).update(state=Order.State.COMPLETED)
    order.refresh_from_db()
    return order


def test_a_completed_order_is_billed_at_its_frozen_price_once(completed: Order) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    assert settle_order(completed, now=DONE + timedelta(days=1)) == []
    assert invoice.total == Decimal(completed.price["contract"])
    assert invoice.total == sum(line.amount for line in invoice.lines.all())
    assert invoice.due_on == (DONE + timedelta(days=30)).date()
    assert invoice.number == f"INV-{DONE.year}-00001"


def test_an_order_that_runs_is_not_billed(placed: Order) -> None:
    assert settle_order(placed, now=DONE) == []


def test_a_late_cancellation_bills_its_fee_and_an_early_one_nothing(world: World) -> None:
    """S41: 30 % less than 14 days before."""
    early, late = (
        place_order(world.draft(when=world.when(datetime(2027, 4, day, 10))), accept_terms=True, by=world.orderer, now=NOW)
        for day in (20, 22)
    )
    cancel_order(early, accept_fee=None, by=world.orderer, now=NOW)
    cancel_order(late, accept_fee=Decimal(10_000), by=world.orderer, now=datetime(2027, 4, 12, tzinfo=UTC))
    assert settle_order(early, now=DONE) == []
    (invoice,) = settle_order(late, now=DONE)
    assert invoice.total == (Decimal(late.price["contract"]) * 30 / 100).quantize(Decimal("0.01"))
    assert [line.code for line in invoice.lines.all()] == [billing.FEE]
    assert {invoice.lines.get().name_en, invoice.lines.get().name_fr} == {"Cancellation fee", "Frais d’annulation"}


def test_the_worker_finds_what_is_over_and_marks_it(completed: Order) -> None:
    issue_invoices()
    issue_invoices()
    assert Invoice.objects.count() == 1
    completed.refresh_from_db()
    assert completed.settled_at


def test_giving_back(completed: Order) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    by = make.staff_user()
    note = credit_invoice(invoice, amount=Decimal("10.50"), reason="The line dropped.", by=by, now=DONE)
    assert (note.kind, note.credits, note.number) == ("CREDIT_NOTE", invoice, f"CRN-{DONE.year}-00001")
    with pytest.raises(NothingLeftToCredit, match="is left of this invoice"):
        credit_invoice(invoice, amount=invoice.total, reason="All of it.", by=by, now=DONE)
    assert bills_of(completed)[0].left == invoice.total - Decimal("10.50")
    assert settle_order(completed, now=DONE) == []


def test_a_charge_that_falls_away_is_given_back(completed: Order) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    Order.objects.filter(pk=completed.pk).update(
        state="CANCELLED", cancelled_at=DONE, cancelled_because="CUSTOMER", cancellation_fee=Decimal(0)
    )
    (note,) = settle_order(completed, now=DONE)
    assert (note.credits, note.total) == (invoice, invoice.total)


def test_a_new_year_begins_at_one_and_a_failure_leaves_no_gap(world: World) -> None:
    orders = [
        complete(place_order(world.draft(when=world.when(datetime(2027, 4, day, 10))), accept_terms=True, by=world.orderer, now=NOW))
        for day in (20, 21, 22)
    ]
    with pytest.raises(RuntimeError), transaction.atomic():
        settle_order(orders[0], now=DONE)
        raise RuntimeError
    numbers = [settle_order(order, now=at)[0].number for order, at in zip(orders, (DONE, DONE, DONE + timedelta(days=365)), strict=True)]
    assert numbers == ["INV-2027-00001", "INV-2027-00002", "INV-2028-00001"]


def test_money_never_changes(completed: Order) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    for change in (
        lambda: Invoice.objects.update(total=1),
        lambda: Invoice.objects.filter(pk=invoice.pk)._raw_delete("default"),
        lambda: InvoiceLine.objects.update(amount=1),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"total": 0}, "invoice_is_about_some_money"),
        ({"kind": "CREDIT_NOTE"}, "credit_note_names_its_invoice"),
        ({"due_on": None}, "credit_note_names_its_invoice"),
    ],
)
def test_constraints(completed: Order, values: dict, name: str) -> None:
    whole = {
        "organisation": completed.organisation, "order": completed, "kind": "INVOICE", "number": "INV-1", "issued_at": DONE,
        "due_on": DONE.date(), "billed_to": "x", "currency": "USD", "total": 1,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Invoice.objects.create(**{**whole, **values})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_reads_back(completed: Order, language: str) -> None:
    """Its text, tags, language and fonts; a long name is all there."""
    Order.objects.filter(pk=completed.pk).update(company="W" * 80 + " *&# Ltd", title="Länge " * 13)
    (invoice,) = settle_order(completed, now=DONE)
    pdf = invoice_pdf(invoice, language=language)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    text = "".join(page.extract_text() for page in reader.pages)
    plain = "".join(text.replace("\u200b", "").split())
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert "W" * 80 + "*&#Ltd" in plain
    assert {"en": "Totaldue", "fr": "Totalàpayer"}[language] in plain
    assert all("/FontFile" in str(each) for each in _descriptors(reader))
    assert b"pdfuaid" in pdf or "pdfuaid" in str(root["/Metadata"].get_data())
    assert invoice_pdf(invoice, language=language) == pdf


def _descriptors(reader: PdfReader) -> list:
    found = []
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            found.append(inner["/FontDescriptor"].get_object())
    assert found
    return found


def test_pages(world: World, completed: Order, client: Client, django_assert_num_queries) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    client.force_login(world.orderer)
    page = client.get("/resources/").content.decode()
    assert invoice.number in page
    with django_assert_num_queries(15):
        page = client.get(f"/invoices/{invoice.number}/")
    assert invoice.number in page.content.decode()
    pdf = client.get(f"/invoices/{invoice.number}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    stranger = make.member()
    client.force_login(stranger)
    assert client.get(f"/invoices/{invoice.number}/").status_code == 404


def test_the_desk_gives_back(world: World, completed: Order, client: Client) -> None:
    (invoice,) = settle_order(completed, now=DONE)
    client.force_login(world.coordinator.user)
    assert invoice.number in client.get("/admin/orders/invoice/").content.decode()
    address = f"/admin/orders/invoice/{invoice.pk}/credit/"
    assert "Left of this invoice" in client.get(address).content.decode()
    assert "is left of this invoice" in client.post(address, {"amount": "99999", "reason": "x"}).content.decode()
    assert client.post(address, {"amount": "5", "reason": "Late start."}).status_code == 302
    assert Invoice.objects.get(kind="CREDIT_NOTE").total == 5
