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
    """Print one line when everything inside held; the test puts its counts into what it is given."""
    counts: dict[str, Any] = {}
    began = time.monotonic()
    yield counts
    line = {"id": number, "what": what, "n": n, **counts, "seconds": round(time.monotonic() - began, 1)}
    print("\n" + json.dumps(line), flush=True)
