"""The house rules that no linter knows."""

import ast

from tests.project.source import BASE_DIR, functions, trees

LONGEST_MODULE = 330  # "about 300"
LONGER = {"assist_portal/settings.py": 450}  # one list of settings reads best in one place
LONGEST_FUNCTION = 30
CLOCK_EDGES = ("views", "api", "admin", "tasks", "middleware", "commands", "authentication", "backends", "machines", "mailbox", "clock")
# What few processes need, and all would keep in memory; and what exists only once Django is set up.
IMPORTS_WHEN_NEEDED = {
    "assist_portal/openapi/views.py",
    "assist_portal/running/background.py",
    "customers/apps.py",
    "outbox/typesetting.py",
    "reports/actions/exporting.py",
}
VAGUE = {"utils", "helpers", "common", "core", "misc", "services"}


def calls(tree):
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_modules_are_short():
    lengths = {path: len((BASE_DIR / path).read_text().splitlines()) for path in trees()}
    assert {path: length for path, length in lengths.items() if length > LONGER.get(path, LONGEST_MODULE)} == {}


def test_functions_are_short():
    """Without the signature and the docstring."""

    def length(function):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        return function.end_lineno - body[0].lineno + 1 if body else 0

    assert [f"{place}: {length(function)}" for place, function in functions() if length(function) > LONGEST_FUNCTION] == []


def test_the_clock_is_read_at_the_edges_only():
    def is_edge(path):
        return any(part.removesuffix(".py") in CLOCK_EDGES for part in path.split("/"))

    readers = [
        path for path, tree in trees().items() if not is_edge(path) and set(calls(tree)) & {"timezone.now", "datetime.now", "now_of"}
    ]
    assert readers == []


def test_no_vague_names():
    assert [path for path in trees() if VAGUE & {part.removesuffix(".py") for part in path.split("/")}] == []


def test_models_keep_the_framework_s_manners():
    """No ordering behind one's back, no rules in save(), no signals."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and (path.endswith("models.py") or "/models/" in path):
                names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                assert not names & {"save", "delete"}, f"{path} {node.name}"
                if node.name == "Meta":
                    targets = {ast.unparse(item.targets[0]) for item in node.body if isinstance(item, ast.Assign)}
                    assert "ordering" not in targets, path


def test_imports_stand_at_the_top():
    hidden = {
        place.partition(":")[0]
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert hidden == IMPORTS_WHEN_NEEDED


def test_tests_mock_nothing():
    for path in (BASE_DIR / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom | ast.Import):
                assert "mock" not in ast.unparse(node), path


def test_nothing_is_left_for_later():
    for path in trees():
        text = (BASE_DIR / path).read_text()
        assert "TO" + "DO" not in text, path
        assert "FIX" + "ME" not in text, path
