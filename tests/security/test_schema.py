"""The running REST API against its own description: thousands of made-up requests, right and wrong ones, with a key of each role.

No answer is a 5xx, none has a status, a type or a shape that is not described, and without the key nothing opens. That every wrong type is
refused is not asked: "5" is taken for 5. Source: promises rows 27, 40, 48
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.utils import timezone
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

from assist_portal.sandbox.opening import open_sandbox
from catalog.models import Package
from customers.models import KeyScope, Organisation
from customers.tenancy import EVERYTHING, scope
from engagements.actions import add_recording
from engagements.models import Task
from orders.actions.checking import Question, ask_in_bulk
from orders.asks import When
from orders.models import Order
from outbox.actions.webhooks import add_endpoint
from outbox.models import Delivery
from scheduling.windows import DayWish
from tests import make
from tests.northwind import Northwind, make_northwind
from tests.portal import Portal, until
from tests.reliability.figures import FULL, row, size

EXAMPLES = size(2, 400)  # of each operation, for each role, once right and once wrong
AT_LEAST = size(200, 100_000)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance,
    ignored_auth, unsupported_method,
]  # fmt: skip
UNREAD = {400, 414, 431}
LAST = {"key_revoke"}  # ends the key that asks: the tests of keys ask it


@dataclass
class Asker:
    """One role: its token, and what its parameters are called that exist, by the beginning of the path."""

    role: str
    token: str
    names: dict[str, dict[str, str]]

    def named(self, operation: Any, given: dict[str, str]) -> dict[str, str]:
        """The parameters with the names of what is there."""
        path = operation.path.removeprefix("/api/v1/")
        known = next((names for start, names in self.names.items() if path.startswith(start)), {})
        return {name: known.get(name, value) for name, value in given.items()}


@pytest.mark.servers
@pytest.mark.timeout(14_400)
def test_every_answer_of_the_running_server_is_as_described(portal: Portal) -> None:
    schema = schemathesis.openapi.from_url(f"{portal.address}/api/v1/openapi.json")
    operations = [found for each in schema.get_all_operations() if (found := each.ok()).definition.raw["operationId"] not in LAST]
    counted: Counter[int] = Counter()
    askers = everyone()
    with row(48, "made-up requests to every call, by role", n=AT_LEAST) as counts:
        for number, asker in enumerate(askers):
            for operation in dealt(operations, number):
                for mode in GenerationMode:
                    attack(operation, asker, mode, counted)
        cases = sum(counted.values())
        counts |= {"cases": cases, "server_errors": sum(n for status, n in counted.items() if status >= 500), "operations": len(operations)}
        counts |= {"succeeded": sum(n for status, n in counted.items() if status < 300), "roles": len(askers)}
        assert cases >= AT_LEAST
        assert {200, 201, 400, 403, 404} <= set(counted), "the control: they met the API, not one wall"


def dealt(operations: list[Any], number: int) -> list[Any]:
    """All for the first asker; in a common run a third for each of the others, to whom the same calls answer."""
    return operations if FULL or number == 0 else operations[number % 3 :: 3]


def attack(operation: Any, asker: Asker, mode: GenerationMode, counted: Counter[int]) -> None:
    """Ask one operation with so many examples; half of those that name something name what is there."""
    headers = {"Authorization": f"Bearer {asker.token}"}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), names_what_is_there=st.booleans())
    def ask(case: Any, names_what_is_there: bool) -> None:
        if names_what_is_there and mode == GenerationMode.POSITIVE:
            case.path_parameters = asker.named(operation, case.path_parameters or {})
        response = case.call(headers=headers)
        counted[response.status_code] += 1
        if response.status_code in UNREAD and "x-content-type-options" not in response.headers:
            return  # gunicorn, for what is no request; the portal puts that header on every answer
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()


def everyone() -> list[Asker]:
    """A program that may do everything, one that may only order, another customer's, and one that rehearses."""
    with scope(EVERYTHING):
        if not Package.objects.exists():
            call_command("load_catalogue", verbosity=0)
        ours, theirs = make_northwind(), make_northwind()
        rehearsal = open_sandbox(key=f"schema-{ours.organisation.pk}", name="Rehearsal", now=timezone.now()).organisation
    names = what_is_there(ours)
    return [
        Asker("everything", token_of(ours.organisation, *KeyScope.values), names),
        Asker("orders only", token_of(ours.organisation, KeyScope.ORDERS_READ, KeyScope.ORDERS_WRITE), names),
        Asker("another customer's", token_of(theirs.organisation, *KeyScope.values), names),
        Asker("rehearses", token_of(rehearsal, *KeyScope.values), {}),
    ]


def token_of(organisation: Organisation, *scopes: str) -> str:
    with scope(EVERYTHING):
        return make.api_key(organisation, list(scopes))[1]


def what_is_there(northwind: Northwind) -> dict[str, dict[str, str]]:
    """An order with a recording, a duty of the customer's, an endpoint with a delivery, a question in bulk."""
    organisation, now = northwind.organisation, timezone.now()
    with scope(EVERYTHING):
        endpoint = add_endpoint(organisation=organisation, url="https://crm.example.com/hooks", kinds=[], description="", now=now).endpoint
    number = str(northwind.place(northwind.dana, "mc-premium", northwind.monday()).number)
    until(lambda: _deliveries(endpoint.key))
    with scope(EVERYTHING):
        order = Order.objects.get(number=number)
        assert order.engagement and order.starts_at
        session = order.engagement.sessions.get()
        url = f"https://{northwind.site.host_name}/r/1"
        recording = add_recording(session, url=url, formats=["MP4"], by=None, now=session.ends_at + timedelta(hours=1))
        duty = Task.objects.filter(engagement=order.engagement, side="CUSTOMER")[0]
        when = When("America/Montreal", (DayWish(order.starts_at.replace(tzinfo=None), timedelta(hours=1)),))
        question = Question(Package.objects.get(code="mc-premium"), northwind.site, when, "en")
        bulk = ask_in_bulk(organisation, [question], language="en", now=now)
    number_only = {"number": number}
    return {
        "packages/": {"code": "mc-premium"},
        "reports/engagements/": number_only,
        "reports/": {"table": "orders"},
        "availability/bulk/": {"key": bulk.key},
        "webhook-endpoints/": {"key": endpoint.key, "delivery": _deliveries(endpoint.key)[0]},
        "engagements/{number}/recordings/": {**number_only, "key": recording.key},
        "engagements/": {**number_only, "key": duty.key},
        "orders/": number_only,
    }


def _deliveries(endpoint: str) -> list[str]:
    with scope(EVERYTHING):
        return list(Delivery.objects.filter(endpoint__key=endpoint).values_list("key", flat=True))
