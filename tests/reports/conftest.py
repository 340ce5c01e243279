"""The world of the orders' tests serves here too."""

from tests.orders.conftest import world

__all__ = ["world"]  # a fixture
