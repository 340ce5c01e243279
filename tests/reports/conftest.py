"""The world of the orders' tests serves here too."""

from tests.orders.conftest import made_world, world

__all__ = ["made_world", "world"]  # fixtures
