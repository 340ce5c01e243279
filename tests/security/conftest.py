"""One pair of tenants for a whole module: what a test does to them is undone."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.lasting import defer_constraints, for_a_module
from tests.orders.conftest import NOW
from tests.security.tenants import TwoTenants, two_tenants


@pytest.fixture(scope="module")
def tenants(django_db_setup: None, django_db_blocker: Any) -> Iterator[TwoTenants]:
    """Making them takes seconds."""
    with time_machine.travel(NOW, tick=False), for_a_module(with_visitors, django_db_blocker) as made:
        yield made


def with_visitors() -> TwoTenants:
    made = two_tenants()
    assert made.visitors
    return made


@pytest.fixture
def world(tenants: TwoTenants, db: None) -> TwoTenants:
    """The two tenants, as they were."""
    defer_constraints()
    return tenants
