"""What a customer asked for and what we answered: orders, moves, one-time links, invoices."""

from orders.models.access import IdempotentAnswer, OneTimeLink
from orders.models.changes import OrderChange, WaitingMove
from orders.models.invoice import Invoice, InvoiceLine, InvoiceSeries
from orders.models.order import Order, OrderDay, OrderService, WaitingOrder

__all__ = [
    "IdempotentAnswer", "Invoice", "InvoiceLine", "InvoiceSeries", "OneTimeLink", "Order", "OrderChange", "OrderDay", "OrderService",
    "WaitingMove", "WaitingOrder",
]  # fmt: skip
