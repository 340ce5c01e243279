"""What the catalogue's tests share: the portal's own catalogue, loaded."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from catalog.actions import load_catalogue
from customers.tenancy import EVERYTHING, scope


@pytest.fixture
def catalogue(everything: None) -> None:
    """For one test, which may change it."""
    load_catalogue()


@pytest.fixture(scope="module")
def _loaded_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loading takes half a second: here it lasts for a module, in a transaction around those of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        with scope(EVERYTHING):
            load_catalogue()
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def read_catalogue_only(_loaded_once: None, everything: None) -> None:
    """For the tests of a module that only read it."""
