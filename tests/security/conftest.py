"""One pair of tenants for a whole module: what a test does to them is undone."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.orders.conftest import NOW
from tests.security.tenants import TwoTenants, two_tenants


@pytest.fixture(scope="module")
def tenants(django_db_setup: None, django_db_blocker: Any) -> Iterator[TwoTenants]:
    """Making them takes seconds, so each module makes them once, in a transaction around those of its tests."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        made = two_tenants()
        assert made.visitors
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(tenants: TwoTenants, db: None) -> TwoTenants:
    """The two tenants, as they were."""
    return tenants
