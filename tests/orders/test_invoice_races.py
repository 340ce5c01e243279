"""Invoices that are issued at once. Source: S41"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction

from customers.tenancy import EVERYTHING, scope
from orders.actions.invoicing import settle_order
from orders.actions.placing import place_order
from orders.models import Invoice, InvoiceSeries
from tests.orders.conftest import NOW, make_world
from tests.orders.test_invoices import DONE, complete


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_issue_at_once() -> None:
    """Six at once, each in a transaction of its own, two of which fail after drawing a number."""
    with scope(EVERYTHING):
        world = make_world()
        orders = [
            complete(place_order(world.draft(when=world.when(datetime(2027, 5, 3 + n, 10))), accept_terms=True, by=world.orderer, now=NOW))
            for n in range(5)
        ]

    def issue(place: int) -> None:
        try:
            with scope(EVERYTHING):
                settle_order(orders[place], now=DONE)
                transaction.set_rollback(place in {1, 3})
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(issue, range(5)))
    with scope(EVERYTHING):
        assert sorted(Invoice.objects.values_list("number", flat=True)) == [f"INV-2027-0000{n}" for n in (1, 2, 3)]
        assert InvoiceSeries.objects.get(kind="INVOICE").last == 3
