"""What a customer asked for and what we answered: orders, moves, one-time links, invoices, and the changes talked about."""

from orders.models.access import OneTimeLink
from orders.models.changes import OrderChange, WaitingMove
from orders.models.checks import BulkCheck
from orders.models.invoice import Invoice, InvoiceLine, InvoiceSeries
from orders.models.order import Order, OrderDay, OrderService, WaitingOrder
from orders.models.threads import LONGEST_SUBJECT, LONGEST_TEXT, Post, Thread

__all__ = [
    "LONGEST_SUBJECT", "LONGEST_TEXT", "BulkCheck", "Invoice", "InvoiceLine", "InvoiceSeries", "OneTimeLink", "Order",
    "OrderChange", "OrderDay", "OrderService", "Post", "Thread", "WaitingMove", "WaitingOrder",
]  # fmt: skip
