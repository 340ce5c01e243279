"""How large a run is, and the line of JSON that says what came of it."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FULL = os.environ.get("FULL_SIZE", "").lower() == "true"


def size(small: int, full: int) -> int:
    """A sample for `make test`, all of it for `make prove`."""
    return full if FULL else small


@contextmanager
def row(number: int, what: str, *, n: int) -> Iterator[dict[str, Any]]:
    """Print one line of what came of it, also when it did not hold; the test puts its counts into what it is given."""
    counts: dict[str, Any] = {}
    began, holds = time.monotonic(), False
    try:
        yield counts
        holds = True
    finally:
        line = json.dumps({"id": number, "what": what, "n": n, "holds": holds, **counts, "seconds": round(time.monotonic() - began, 1)})
        print("\n" + line, flush=True)
        if log := os.environ.get("PROVE_LOG"):
            with open(log, "a") as lines:  # noqa: PTH123
                lines.write(line + "\n")
