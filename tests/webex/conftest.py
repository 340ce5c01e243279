"""The simulated Webex for every test of the connector, and one customer world for each module."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from customers.tenancy import EVERYTHING, scope
from tests.orders.conftest import World, make_world
from tests.webex.sites import customer, webex

__all__ = ["customer", "webex"]


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Loading the catalogue takes a while, so it is done once, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        with scope(EVERYTHING):
            made = make_world()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(made_world: World, db: None) -> Iterator[World]:
    """The world as it was made, under the scope of everything."""
    with scope(EVERYTHING):
        made_world.site.refresh_from_db()
        made_world.organisation.refresh_from_db()
        yield made_world
