"""The simulated Webex for every test of the connector, and the world of the orders' tests."""

from tests.orders.conftest import made_world, world
from tests.webex.sites import customer, webex

__all__ = ["customer", "made_world", "webex", "world"]
