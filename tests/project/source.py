"""The product's own source, read as text and as trees."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = ("assist_portal", "reports", "orders", "engagements", "scheduling", "catalog", "webex", "outbox", "customers")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the product by its path, migrations apart."""
    paths = sorted(path for app in APPS for path in (BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts)
    return {str(path.relative_to(BASE_DIR)): ast.parse(path.read_text()) for path in paths}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function and method, with a place for people."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", node


def layers() -> dict[str, int]:
    """The height of each app, from the import contract; siblings are equally high."""
    contracts = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    downwards = next(contract["layers"] for contract in contracts if contract["type"] == "layers" and "containers" not in contract)
    return {app.strip(): height for height, names in enumerate(reversed(downwards)) for app in names.split("|")}
