"""What a customer asked for and what we answered: orders, moves, one-time links."""

from orders.models.access import IdempotentAnswer, OneTimeLink
from orders.models.changes import OrderChange, WaitingMove
from orders.models.order import Order, OrderDay, OrderService, WaitingOrder

__all__ = ["IdempotentAnswer", "OneTimeLink", "Order", "OrderChange", "OrderDay", "OrderService", "WaitingMove", "WaitingOrder"]
