"""The second wall has doors: look-ups that see every organisation because the scope is not known yet. These are all of them."""

import ast
from importlib import import_module
from pathlib import Path

from tests.project.source import APPS, BASE_DIR, functions, trees

DOORS = {
    "engagements": {"assignment_by_token", "workloads"},  # the latter counts only: how busy our own people are
    "customers": {"api_key_with_prefix", "calendar_feed_with_digest", "invitation_with_digest", "memberships_of"},
    "webex": {"connection_with_hook"},
    "orders": {"link_by_token", "order_by_number_and_email", "order_granted"},
}
# Work for no one organisation: tasks, commands, staff's requests, and what the tasks call, scope and all.
SEE_EVERYTHING = {
    "customers/middleware.py",
    "engagements/actions/answering.py",
    "engagements/actions/appointment_cover.py",
    "engagements/actions/covering.py",
    "engagements/actions/warning.py",
    "engagements/queries/promises.py",  # how long warnings wait, for /metrics
    "orders/views/feeds.py",  # of a staff member, who sees every customer
    "orders/queries/orders.py",  # how long orders wait, for /metrics
    "outbox/actions/events.py",
    "outbox/actions/mails.py",
    "outbox/actions/posting.py",
    "outbox/queries.py",
    "reports/actions/exporting.py",
}


def _is_task_or_command(path: str) -> bool:
    return Path(path).name == "tasks.py" or "management/commands" in path


def test_the_doors_are_these():
    for app in APPS:
        if not (BASE_DIR / app / "doors.py").exists():
            assert app not in DOORS
            continue
        module = import_module(f"{app}.doors")
        public = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
        assert {name for name in public if getattr(getattr(module, name), "is_door", False)} == DOORS[app]
        assert public == DOORS[app], "doors.py holds doors only"


def test_doors_are_nowhere_else():
    decorated = {
        place
        for place, node in functions()
        if any(isinstance(each, ast.Name) and each.id == "door" for each in node.decorator_list) and "/doors.py" not in place
    }
    assert not decorated


def test_nobody_else_sees_everything():
    naming = {
        path
        for path, tree in trees().items()
        if path != "customers/tenancy.py"
        and any(isinstance(node, ast.ImportFrom) and any(each.name == "EVERYTHING" for each in node.names) for node in ast.walk(tree))
    }
    assert {path for path in naming if not _is_task_or_command(path)} == SEE_EVERYTHING


def test_nobody_sets_the_scope_by_hand():
    """Only tenancy.py and the migrate command speak to the setting itself; a trigger asks whether there is one."""
    speaking = {path for path, tree in trees().items() if any(_names_the_setting(node) for node in ast.walk(tree))}
    asking = {"engagements/models/staffed.py"}
    assert speaking - asking == {"customers/tenancy.py", "customers/operations.py", "customers/management/commands/migrate.py"}


def _names_the_setting(node: ast.AST) -> bool:
    """A statement, not a docstring that tells about it."""
    statement = ("set_config(", "current_setting(", "SET portal")
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "portal.scope" in node.value
        and any(each in node.value for each in statement)
    )
