"""What every test gets: no network, the English language, a clean cache, passwords that cost nothing to hash."""

import io
import logging
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from assist_portal.collector import share_what_is_loaded
from customers.tenancy import EVERYTHING, scope
from tests.guard import install
from tests.plugin import TEMPLATE
from tests.portal import portal, running_portal
from tests.reliability.figures import FULL, Promised, write

__all__ = ["portal", "running_portal"]  # fixtures
WAITED_IN_VAIN = ["(Locator|Page) expected", "TimeoutError", r"still .* after \d+ s"]
OUR_COSTS = {name: getattr(Argon2PasswordHasher, name) for name in ("time_cost", "memory_cost", "parallelism")}
LEAST_COSTS = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
PROMISED = pytest.StashKey[dict[tuple[int, str], Promised]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser test that waited in vain is asked once more, and the summary counts it; one that saw something wrong is not.

    What needs processes of the portal comes first: it waits more than it works, and at the end nobody would be left to work
    meanwhile. So one worker of pytest-xdist gets it all, and only that one starts a portal.
    """
    items.sort(key=lambda item: not needs_processes(item))
    for item in items:
        if item.get_closest_marker("browser") and not FULL:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=WAITED_IN_VAIN))


def needs_processes(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("servers", "browser"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, as in the portal; looking through it again and again for garbage would take a fifth of the time."""
    share_what_is_loaded()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Count the test for the promises that it proves: `@pytest.mark.promise(21, "every address, visitor and method")`."""
    report = yield
    promised = item.config.stash.setdefault(PROMISED, {})
    for mark in item.iter_markers("promise"):
        promised.setdefault(mark.args, Promised()).add(report)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what came of each, at full size."""
    for (number, what), proof in session.config.stash.get(PROMISED, {}).items():
        if FULL:
            write(number, what, n=proof.n, holds=proof.holds, seconds=proof.seconds, **proof.counts)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Clone the migrated database instead of migrating an empty one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get(TEMPLATE)


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """Each run makes its databases anew."""
    return True


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A throwaway server goes as a whole: a database that is dropped by itself fails while anybody still looks at it."""
    return TEMPLATE in os.environ


@contextmanager
def hashing_at(costs: dict[str, int]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, cost in costs.items():
            patch.setattr(Argon2PasswordHasher, name, cost)
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """By the portal's own algorithm, a quarter of a second of a core cheaper for each."""
    with hashing_at(LEAST_COSTS):
        yield


@pytest.fixture
def costly_passwords() -> Iterator[None]:
    """At what the portal spends, for a test about that; to be asked for before whoever has a password."""
    with hashing_at(OUR_COSTS):
        yield


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


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log's own handler writes."""
    handler = next(each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)
