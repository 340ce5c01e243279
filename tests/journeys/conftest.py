"""The world of the orders' tests, for whole journeys."""

from tests.orders.conftest import world

__all__ = ["world"]
