"""The coordinator's desk: every order, what waits for an answer, and the answers."""

from orders.admin.invoices import InvoiceAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.threads import ThreadAdmin
from orders.admin.waiting import WaitingMoveAdmin, WaitingOrderAdmin

__all__ = ["InvoiceAdmin", "OrderAdmin", "ThreadAdmin", "WaitingMoveAdmin", "WaitingOrderAdmin"]
