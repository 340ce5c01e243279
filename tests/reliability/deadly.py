"""A task that kills its worker whenever it runs, and one that does not; for a worker of the tests' own, on a queue of its own."""

import os
import signal

from celery import shared_task

from customers.tenancy import unscoped

QUEUE = "deadly"


@shared_task
@unscoped
def kill_the_worker(path: str) -> None:
    """Leave a mark for each run."""
    with open(path, "a") as runs:  # noqa: PTH123
        runs.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task
@unscoped
def leave_a_mark(path: str) -> None:
    """Proves that the others proceed."""
    with open(path, "a") as runs:  # noqa: PTH123
        runs.write("x")
