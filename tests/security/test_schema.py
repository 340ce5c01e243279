"""The REST API against its own description: thousands of made-up requests, right and wrong ones, with the keys of several roles.

No answer is a 5xx, none has a status, a type or a shape that is not described, and without the key nothing opens. That every wrong type is
refused is not asked: "5" is taken for 5. Source: promises rows 27, 40, 48
"""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from customers.models import KeyScope
from customers.tenancy import EVERYTHING, scope
from engagements.models import Task
from tests import make
from tests.security.conftest import tenants, world
from tests.security.tenants import TwoTenants

__all__ = ["tenants", "world"]  # fixtures

FULL_SIZE = bool(os.environ.get("FULL_SIZE"))
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "700" if FULL_SIZE else "14"))
AT_LEAST = 100_000
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance,
    ignored_auth, unsupported_method,
]  # fmt: skip
asked: Counter[str] = Counter()


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return [each.ok() for each in schema.get_all_operations()]


@pytest.fixture
def unhurried(settings: Any) -> Iterator[None]:
    """A key asks more in a minute than it may, all over the one connection that holds the test's transaction."""
    settings.API_CALLS_PER_MINUTE = settings.API_BAD_KEYS_PER_MINUTE = 10**9
    edges = (signals.request_started, signals.request_finished)
    for each in edges:
        each.disconnect(close_old_connections)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    for each in edges:
        each.connect(close_old_connections)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ["everything", "orders only", "their key"])
def test_every_answer_is_as_described(world: TwoTenants, unhurried: None, role: str, mode: GenerationMode) -> None:
    headers = {"Authorization": f"Bearer {token_of(world, role)}"}
    real = names_of(world)
    for operation in operations():
        attack(operation, headers, real, mode)
    print(f"{role}, {mode.value}: {sum(asked.values())} cases so far, {dict(asked)}")


if FULL_SIZE:  # `make prove` asks them all in one process; `make test` spreads them over several, where no one has counted all

    def test_they_were_enough() -> None:
        assert sum(asked.values()) >= AT_LEAST * 0.9


def attack(operation: Any, headers: dict[str, str], real: dict[str, str], mode: GenerationMode) -> None:
    """Ask one operation with so many examples; half of those that name something name what is there."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), names_what_is_there=st.booleans())
    def ask(case: Any, names_what_is_there: bool) -> None:
        if names_what_is_there and mode == GenerationMode.POSITIVE:
            case.path_parameters = {name: real.get(name, value) for name, value in (case.path_parameters or {}).items()}
        response = case.call(headers=headers)
        asked[str(response.status_code)] += 1
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()


def token_of(world: TwoTenants, role: str) -> str:
    if role == "their key":
        return world.theirs.key_token
    scopes = KeyScope.values if role == "everything" else [KeyScope.ORDERS_READ, KeyScope.ORDERS_WRITE]
    return make.api_key(world.ours.organisation, scopes)[1]


def names_of(world: TwoTenants) -> dict[str, str]:
    with scope(EVERYTHING):
        order = world.ours.orders["confirmed"]
        duty = Task.objects.filter(engagement__number=order.number, side="CUSTOMER")[0]
    return {"number": order.number or "", "code": "mc-premium", "key": duty.key, "delivery": world.ours.delivery_key}
