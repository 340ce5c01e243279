"""The world of the orders' tests, for whole journeys."""

from tests.orders.conftest import made_world, world

__all__ = ["made_world", "world"]
