"""Arithmetic and rules know no framework."""

import subprocess
import sys

import pytest

PURE = (
    "scheduling.localtime",
    "scheduling.windows",
    "scheduling.hours",
    "scheduling.gaps",
    "scheduling.needs",
    "orders.pricing",
    "orders.numbers",
    "outbox.calendar",
    "engagements.timeline",
)


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_do_not_import_django(module: str) -> None:
    seen = f"import sys, {module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
