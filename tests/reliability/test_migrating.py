"""A later version's migrations run forward and back while people order: nobody waits longer than a second. Promises row 20."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count

import psycopg2
import pytest

from assist_portal.running.prepared import BASE_DIR
from tests.cluster import with_name
from tests.portal import Portal
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, HOUR, Stage

pytestmark = [pytest.mark.servers, pytest.mark.timeout(size(300, 1200))]

CLIENTS, PEOPLE, ROUNDS = size(2, 50), size(4, 20), size(1, 5)
SOMEBODY_WAITS = (
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE locktype = 'relation' AND NOT granted"
)


@dataclass
class Waits:
    """The longest that anybody waited for a table, in seconds, looked at twenty times a second."""

    longest: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self, address: str) -> None:
        with closing(psycopg2.connect(address)) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                while not self.done.wait(0.05):
                    cursor.execute(SOMEBODY_WAITS)
                    self.longest = max(self.longest, float(cursor.fetchone()[0]))


def address_of(portal: Portal) -> str:
    return with_name(portal.stack.environment["DATABASE_URL"], portal.database)


def migrate(portal: Portal, *words: str) -> None:
    given = {**os.environ, **portal.stack.environment, "DJANGO_SETTINGS_MODULE": "tests.reliability.later.settings"}
    command = [sys.executable, "manage.py", "migrate", "later", *words, "--verbosity", "0"]
    ran = subprocess.run(command, cwd=BASE_DIR, env=given, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]


@contextmanager
def traffic(stage: Stage) -> Iterator[Counter[int]]:
    """Programs that order one assist after the other and look at what they have; gives back their answers by status."""
    done, statuses, slots = threading.Event(), Counter[int](), count()

    def go_on(number: int) -> None:
        program = stage.programs(CLIENTS)[number]
        while not done.is_set():
            slot = next(slots) // PEOPLE
            statuses[program.order(stage.at + slot % 100 * DAY + slot // 100 * 2 * HOUR).status_code] += 1
            listed = program.line.get("/api/v1/orders/", headers={"Authorization": f"Bearer {program.token}"})
            statuses[listed.status_code] += 1

    with ThreadPoolExecutor(CLIENTS) as crowd:
        going = [crowd.submit(go_on, number) for number in range(CLIENTS)]
        try:
            yield statuses
        finally:
            done.set()
    for each in going:
        each.result()


@contextmanager
def watched(portal: Portal) -> Iterator[Waits]:
    waits = Waits()
    thread = threading.Thread(target=waits.watch, args=[address_of(portal)])
    thread.start()
    try:
        yield waits
    finally:
        waits.done.set()
        thread.join()


@contextmanager
def somebody_reads_for_long(portal: Portal, seconds: float) -> Iterator[None]:
    """A transaction that holds on to the table: whoever wants it for themselves must wait, and everybody behind them too."""

    def read() -> None:
        with closing(psycopg2.connect(address_of(portal))) as server, server.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_order IN ACCESS SHARE MODE")
            started.set()
            time.sleep(seconds)

    started = threading.Event()
    thread = threading.Thread(target=read)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        thread.join()


def test_migrations_run_under_traffic(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(CLIENTS, people=PEOPLE)
    with row(20, "migrations forward and back under traffic", n=ROUNDS) as counts:
        with traffic(stage) as statuses, watched(stage.portal) as waits:
            for _round in range(ROUNDS):
                with somebody_reads_for_long(stage.portal, 3):
                    migrate(stage.portal)
                migrate(stage.portal, "zero")
        counts |= {"clients": CLIENTS, "answers": statuses.total(), "longest_lock_ms": round(1000 * waits.longest)}
        assert set(statuses) <= {200, 201, 409}
        assert statuses[201] > CLIENTS
        assert waits.longest < 1


def test_control_without_the_limit_everybody_waits(set_stage: Callable[..., Stage]) -> None:
    """PostgreSQL's own way: who wants the table stands in line for as long as it takes, and the others behind them."""
    stage = set_stage(1)
    (program,) = stage.programs(1)

    def want_the_table() -> None:
        with closing(psycopg2.connect(address_of(stage.portal))) as server, server.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_order IN ACCESS EXCLUSIVE MODE")

    with watched(stage.portal) as waits, somebody_reads_for_long(stage.portal, 2.5), ThreadPoolExecutor(1) as other:
        wanted = other.submit(want_the_table)
        time.sleep(0.5)
        assert program.order(stage.at).status_code == 201
        wanted.result()
    assert waits.longest > 1
