"""What an app can do is used by somebody: an action that no page, call or task leads to can be as well tested as it likes."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from outbox.models import EventType
from tests.project.source import BASE_DIR, trees


@pytest.fixture(scope="module")
def used() -> Counter[str]:
    """How often each name is used; where it is made or imported does not count."""
    nodes = [node for tree in trees().values() for node in ast.walk(tree)]
    names = [node.id for node in nodes if isinstance(node, ast.Name)] + [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    templates = (path.read_text() for path in Path(BASE_DIR, "templates").rglob("*.*"))
    return Counter(names) + Counter(re.findall(r"\w+", "".join(templates)))


def test_every_action_and_query_is_used(used: Counter[str]) -> None:
    offered = {
        f"{path} {node.name}": node.name
        for path, tree in trees().items()
        if re.search(r"/(actions|queries)\b", path)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert len(offered) > 300
    assert {place for place, name in offered.items() if not used[name]} == set()


def test_every_event_that_programs_can_ask_for_is_told(used: Counter[str]) -> None:
    assert {each.name for each in EventType if not used[each.name]} == set()


def test_what_nothing_uses_is_found(used: Counter[str]) -> None:
    """The control."""
    assert used["spend_hours"]
    assert not used["an_action_that_nothing_uses"]
