"""Celery's worker and beat without its command line: `python -m assist_portal.running.background worker|beat`.

The command line loads a shell and all its other commands: 6 MB in every process.
"""

import sys
from typing import Any

PROCESSES = 2


def worker() -> int:
    """Work until told to stop; the exit code."""
    from assist_portal.celery import app  # noqa: PLC0415  # beat has no need of the applications

    made: Any = app.Worker(concurrency=PROCESSES, loglevel="INFO", without_gossip=True, without_mingle=True)
    made.start()
    return int(made.exitcode or 0)


def beat() -> int:
    """Ask for the sweeps until told to stop."""
    from assist_portal.beat import app  # noqa: PLC0415  # and the worker has none of this

    app.Beat(loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit({"worker": worker, "beat": beat}[sys.argv[1]]())
