"""The API's JSON is what the framework would have written, to the byte."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer

from customers.rest.rendering import JSON
from orders.models import Order

NEWLINES = "one\u2028two\u2029three"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [1, 2.5, True, None, -(2**40)],
        {"title": "Été à Montréal 🎉", "quote": 'a "b" \\ /', "newlines": NEWLINES, "controls": "\t\n\x01\x7f"},
        {"price": Decimal("2448.00"), "id": UUID(int=7), "length": timedelta(minutes=90)},
        {"on": date(2027, 3, 16), "at": datetime(2027, 3, 16, 13, 30, tzinfo=UTC), "exact": datetime(2027, 3, 16, 13, 30, 1, 123456, UTC)},
        {"elsewhere": datetime(2027, 3, 16, 9, 30, tzinfo=timezone(timedelta(hours=-4)))},
        {"state": Order.State.CONFIRMED, "lazy": gettext_lazy("Draft"), "safe": mark_safe("<b>")},
        {"detail": [ErrorDetail("No.", code="no")], 3: "three"},
        {"pair": (1, 2), "large": 2**70},
    ],
)
def test_it_is_what_the_framework_writes(data: object) -> None:
    assert JSON().render(data) == JSONRenderer().render(data)


def test_it_is_indented_for_who_asks() -> None:
    assert JSON().render({"a": 1}, "application/json; indent=2") == b'{\n  "a": 1\n}'


@pytest.mark.parametrize("data", [{"half": "\ud800"}, object()])
def test_what_is_no_json_is_refused_as_before(data: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        JSON().render(data)
