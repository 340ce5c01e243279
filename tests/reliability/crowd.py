"""Many callers who all start at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope

Answer = TypeVar("Answer")


def at_once(callers: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Run all from one barrier, each in a thread of its own; answers in the order of the callers."""
    barrier = Barrier(len(callers))

    def run(caller: Callable[[], Answer]) -> Answer:
        barrier.wait(timeout=120)
        return caller()

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(run, callers))


def on_own_connections(callers: Sequence[Callable[[], Any]]) -> list[Any]:
    """The same for actions in this process: each in a transaction of its own. A refusal is an answer, anything else is raised."""
    barrier = Barrier(len(callers))

    def run(caller: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=120)
            with scope(EVERYTHING):
                return caller()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(run, callers))
