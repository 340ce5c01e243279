"""The two places these tests run in: the running portal over HTTP, and committed rows that threads of this process share."""

from collections.abc import Callable, Iterator

import pytest

from customers.tenancy import EVERYTHING, scope
from tests.orders.conftest import World, make_world
from tests.portal import Portal
from tests.reliability.stage import Stage, far_ahead, nobody_else_produces, producers, tenants


@pytest.fixture
def set_stage(portal: Portal) -> Iterator[Callable[..., Stage]]:
    """Call it with how many organisations, people who order in each, and producers."""
    stages: list[Stage] = []

    def build(organisations: int, *, orderers: int = 0, people: int = 1) -> Stage:
        stages.append(Stage(portal, tenants(organisations, orderers=orderers), producers(people), far_ahead()))
        return stages[-1]

    with nobody_else_produces():
        yield build
        for stage in stages:
            stage.hang_up()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The world of the tests of orders, visible to every connection."""
    with scope(EVERYTHING):
        return make_world()
