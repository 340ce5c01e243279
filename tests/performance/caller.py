"""The load generator, a process of its own: `python -m tests.performance.caller`.

Reads a line per turn, a `Turn` as JSON, and answers with its `Outcome`.
"""

import json
import sys
from dataclasses import asdict

import django

django.setup()

from tests.performance.turns import Turn, play  # noqa: E402 - needs the applications


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asdict(play(Turn(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    main()
