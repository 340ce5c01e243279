"""What the catalogue's tests share: the portal's own catalogue, loaded."""

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.actions import load_catalogue
from tests.lasting import defer_constraints, for_a_module


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loading takes half a second."""
    with for_a_module(load_catalogue, django_db_blocker):
        yield


@pytest.fixture
def catalogue(loaded_once: None, everything: None) -> None:
    """As it was loaded; a test may change it."""
    defer_constraints()
