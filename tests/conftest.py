"""What every test gets: no network, the English language, a clean cache."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from customers.tenancy import EVERYTHING, scope
from tests.guard import install
from tests.plugin import TEMPLATE
from tests.portal import portal, running_portal

__all__ = ["portal", "running_portal"]  # fixtures


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Clone the migrated database instead of migrating an empty one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get(TEMPLATE)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A test that left another language behind must not colour the next one."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_scope_is_loud() -> Iterator[None]:
    """A statement on a tenant table without a scope raises, on empty tables too."""
    with install():
        yield


@pytest.fixture
def everything(db: None) -> Iterator[None]:
    """The whole test sees every organisation; for tests that are not about tenancy."""
    with scope(EVERYTHING):
        yield


@pytest.fixture
def clean_cache() -> Iterator[None]:
    """An empty cache before and after."""
    cache.clear()
    yield
    cache.clear()
