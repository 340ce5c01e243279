"""A choice among hundreds is written as Django would write it."""

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from customers.forms import LongSelect
from customers.zones import zone_choices

GROUPED = [("", "Any"), ("A & B", [("a", "<a>"), ("b", 'of "b"')]), ("C", [(3, "three")])]


@pytest.mark.parametrize("chosen", ["", "a", "3", "nothing", None])
@pytest.mark.parametrize("choices", [GROUPED, zone_choices])
def test_the_elements_are_those_of_django(choices: object, chosen: str | None) -> None:
    attrs = {"id": "id_zone", "required": True, "aria-invalid": False, "aria-describedby": "x"}
    ours, theirs = (widget(choices=choices).render("zone", chosen, attrs) for widget in (LongSelect, forms.Select))
    assertHTMLEqual(ours, theirs)
