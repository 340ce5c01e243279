"""Row 7 of the promises: whoever is killed in the middle of a move, the order has its person exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import connection

from assist_portal.running.prepared import BASE_DIR
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from scheduling.models import Booking
from tests.orders.conftest import World
from tests.portal import until
from tests.reliability.database import OTHERS, ask, overlaps, slow
from tests.reliability.figures import row, size
from tests.reliability.placed import check_is_whole, check_units, day, entitle_to_all, place

IN_BETWEEN = size(6, 100)  # killed between giving up the old time and taking the new one
ANYWHERE = size(6, 100)  # killed at a random moment of the move
BETWEEN = "OLD.state = 'BOOKED' AND NEW.state = 'RELEASED'"
ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"

pytestmark = pytest.mark.timeout(600)


class Mover:
    """The process that forks one child for each move."""

    def __init__(self) -> None:
        name = connection.settings_dict["NAME"]
        address = os.environ["DATABASE_URL"].partition("?")
        url = f"{address[0].rpartition('/')[0]}/{name}{address[1]}{address[2]}"
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "assist_portal.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.mover"],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, order: Order, start: datetime) -> int:
        """Start a move and return the pid of who does it."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{order.pk} {start.isoformat()}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> bool:
        """Wait for that child; true when it had moved the order."""
        assert self.process.stdout
        return self.process.stdout.readline() == "moved\n" and bool(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture
def mover(transactional_db: None) -> Iterator[Mover]:
    made = Mover()
    yield made
    made.close()


@pytest.fixture
def order(committed_world: World) -> Order:
    with scope(EVERYTHING):
        entitle_to_all(committed_world)
        return place(committed_world, day(0))


def check(world: World, order: Order) -> datetime:
    """The one booking, wherever it is now."""
    with scope(EVERYTHING):
        order.refresh_from_db()
        assert order.state == "CONFIRMED" and order.starts_at
        check_is_whole(order)
        check_units(world)
    assert Booking.objects.filter(state="BOOKED").count() == 1
    assert overlaps() == 0
    return order.starts_at


def test_killed_between_giving_up_the_old_time_and_taking_the_new(committed_world: World, order: Order, mover: Mover) -> None:
    with row(7, "moves killed between release and claim", n=IN_BETWEEN) as counts:
        before = check(committed_world, order)
        with slow("BEFORE UPDATE", condition=BETWEEN, seconds=0.3):
            for number in range(IN_BETWEEN):
                child = mover.begin(order, day(2 + number))
                until(lambda: ask(ASLEEP))
                assert check(committed_world, order) == before  # nobody sees the middle
                os.kill(child, signal.SIGKILL)
                assert not mover.ended()
                assert check(committed_world, order) == before
        until(lambda: not ask(ASLEEP))
        mover.begin(order, day(1))
        assert mover.ended()  # the killed ones left no lock behind
        assert check(committed_world, order) == before + timedelta(hours=6)
        counts |= {"wins": 1, "losses": IN_BETWEEN}


def test_killed_at_any_moment(committed_world: World, order: Order, mover: Mover) -> None:
    chance = random.Random(7)
    mover.begin(order, day(1))
    assert mover.ended()
    began = time.monotonic()
    mover.begin(order, day(2))
    assert mover.ended()
    length = time.monotonic() - began
    with row(7, "moves killed at any moment", n=ANYWHERE) as counts:
        moved, where = 0, check(committed_world, order)
        for number in range(ANYWHERE):
            child = mover.begin(order, day(3 + number))
            time.sleep(chance.uniform(0, 2.5 * length))
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, signal.SIGKILL)
            said_moved = mover.ended()
            until(lambda: not ask(f"SELECT count(*) {OTHERS}"))  # PostgreSQL finishes the statement it is at, a COMMIT too
            now = check(committed_world, order)
            moved += now != where
            assert now != where or not said_moved
            where = now
        counts |= {"wins": moved, "losses": ANYWHERE - moved}


@pytest.mark.usefixtures("committed_world")
def test_half_a_move_would_be_seen(order: Order) -> None:
    """The check above can see the fault."""
    with scope(EVERYTHING):
        Booking.objects.filter(reference=order.key).update(state="RELEASED")
        with pytest.raises(AssertionError):
            check_is_whole(order)
