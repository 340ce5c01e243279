"""The line to the broker refuses, falls silent, takes two seconds or is cut: orders are taken all the same. Promises rows 13 and 14."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from django.utils import timezone

from assist_portal.servers.valkey import Valkey
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from outbox.models import Message
from outbox.queries import heartbeat_age, lag
from scheduling.models import Booking
from tests.portal import until
from tests.reliability.faulty import Fault, FaultyLine, faulty_line
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, HOUR, Stage, far_ahead, producers, tenants
from tests.reliability.supervised import Supervised, supervised

pytestmark = [pytest.mark.servers, pytest.mark.timeout(size(300, 3600))]

SECONDS, RESETS = size(3, 75), size(2, 50)  # four faults: five minutes in all
AT_MOST_SECONDS = size(5, 1)  # p95; other tests run at the same time in `make test`
DRAINS_SECONDS, HEARD_SECONDS = 60, 90
FRESH = timedelta(seconds=12)


@contextmanager
def valkey() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="assist-broker-") as folder:
        server = Valkey(Path(folder) / "valkey", Path(folder) / "broker", log=Path(folder) / "valkey.log")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def hurt(django_db_blocker: Any) -> Iterator[tuple[Supervised, FaultyLine]]:
    with (
        valkey() as server,
        faulty_line(str(server.socket)) as line,
        supervised(REDIS_URL=f"redis://127.0.0.1:{line.port}/0") as portal,
        django_db_blocker.unblock(),
    ):
        yield portal, line


@pytest.fixture(scope="module")
def everything_there(hurt: tuple[Supervised, FaultyLine]) -> Stage:
    portal, _line = hurt
    with portal.database():
        return Stage(portal, tenants(1, orderers=1), producers(size(2, 20)), far_ahead())  # type: ignore[arg-type]  # a portal is a portal


@pytest.fixture
def stage(hurt: tuple[Supervised, FaultyLine], everything_there: Stage) -> Iterator[Stage]:
    with hurt[0].database():
        yield everything_there
        everything_there.hang_up()


def order_for(stage: Stage, seconds: float) -> tuple[list[str], list[float]]:
    """One order after the other, at least one; gives back their numbers and how long each took, in seconds."""
    (program,), numbers, took = stage.programs(1), [], []
    until_then, turn = time.monotonic() + seconds, Booking.objects.count()
    while not numbers or time.monotonic() < until_then:
        at = stage.at + turn // len(stage.producers) % 100 * DAY + turn // len(stage.producers) // 100 * 2 * HOUR
        turn += 1
        began = time.monotonic()
        answer = program.order(at)
        took.append(time.monotonic() - began)
        assert answer.status_code == 201, answer.text
        numbers.append(answer.json()["number"])
    return numbers, took


def all_is_sent(numbers: list[str]) -> bool:
    """To the customers, and nothing waits any more."""
    with scope(EVERYTHING):
        told = Counter(Message.objects.filter(about__in=numbers, state="SENT").values_list("about", flat=True))
        assert Order.objects.filter(number__in=numbers, state="CONFIRMED").count() == len(numbers)
    return set(told) == set(numbers) and lag(timezone.now()) == timedelta(0)


@pytest.mark.parametrize("fault", ["refused", "silent", "slow", "reset"])
def test_orders_are_taken_and_their_mail_follows(hurt: tuple[Supervised, FaultyLine], stage: Stage, fault: Fault) -> None:
    portal, line = hurt
    with row(13, f"the line to the broker: {fault}", n=SECONDS) as counts:
        line.fail(fault)
        try:
            numbers, took = order_for(stage, SECONDS)
        finally:
            line.fail("")
        back = time.monotonic()
        counts |= {"wins": len(numbers), "p95_ms": round(1000 * quantiles(took, n=20)[-1])}
        until(lambda: all_is_sent(numbers), seconds=DRAINS_SECONDS)
        counts |= {"losses": 0, "seconds_until_mail": round(time.monotonic() - back, 1)}
        assert quantiles(took, n=20)[-1] < AT_MOST_SECONDS
    until(portal.is_ready, seconds=HEARD_SECONDS)


def test_pages_open_without_the_broker_and_the_portal_says_that_it_is_unwell(hurt: tuple[Supervised, FaultyLine], stage: Stage) -> None:
    portal, line = hurt
    (customer,), number = stage.customers(), order_for(stage, 0.01)[0][0]
    with row(13, "pages without the broker", n=1) as counts:
        line.fail("refused")
        try:
            began = time.monotonic()
            customer.begin()
            held = customer.ask_for(stage.at + 120 * DAY)
            assert (held.status_code, held.headers["Location"]) == (302, f"{customer.draft}meeting/")
            for path in ("/resources/", "/packages/", f"/orders/{number}/", "/orders/find/"):
                assert customer.line.get(path).status_code == 200
            assert time.monotonic() - began < 10 * AT_MOST_SECONDS
            assert customer.line.get("/readyz").status_code == 503
        finally:
            line.fail("")
        counts |= {"wins": 1, "losses": 0}
    until(portal.is_ready, seconds=HEARD_SECONDS)


def test_a_worker_whose_line_is_cut_goes_on(hurt: tuple[Supervised, FaultyLine], stage: Stage) -> None:
    """Each time: an order's mail follows and the heartbeat is heard again."""
    portal, line = hurt
    until(portal.is_ready, seconds=HEARD_SECONDS)
    slowest = 0.0
    with row(14, "the line to the broker cut", n=RESETS) as counts:
        for _number in range(RESETS):
            line.reset()
            began = time.monotonic()
            numbers, _took = order_for(stage, 0.01)
            until(lambda numbers=numbers: all_is_sent(numbers), seconds=HEARD_SECONDS)
            until(lambda: (age := heartbeat_age(timezone.now())) and age < FRESH, seconds=HEARD_SECONDS)
            slowest = max(slowest, time.monotonic() - began)
        counts |= {"wins": RESETS, "losses": 0, "cut": line.resets, "slowest_seconds": round(slowest, 1)}
        assert line.resets >= RESETS
