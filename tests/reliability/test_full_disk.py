"""A disk without room for a byte more: 503, nothing half done, and back without a restart once there is room. Promises row 18."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection

from customers.tenancy import EVERYTHING, scope
from engagements.models import Engagement
from orders.models import Order
from scheduling.models import Booking
from tests.portal import until
from tests.reliability.figures import FULL, row, size
from tests.reliability.stage import DAY, Stage, far_ahead, producers, tenants
from tests.reliability.supervised import has_disks, supervised

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1200 if FULL else 300)]

MEGABYTES = 400
HELD_SECONDS = size(8, 120)  # so long is there no room
LOOKED = 10
BACK_SECONDS = 60


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Every byte of it is taken."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
        assert os.statvfs(disk).f_bavail == 0
    try:
        yield
    finally:
        ballast.unlink()


def ask(request: Callable[[], httpx.Response]) -> tuple[int, str]:
    """What came of it, and when to ask again."""
    try:
        answer = request()
    except httpx.TransportError as cut:
        return 0, type(cut).__name__
    return answer.status_code, answer.headers.get("Retry-After", "")


@pytest.mark.skipif(not has_disks(), reason="this machine gives nobody a file system of their own")
def test_without_room_nothing_is_half_done_and_all_comes_back(django_db_blocker: Any) -> None:
    with supervised(disk=MEGABYTES) as portal, django_db_blocker.unblock(), portal.database():
        stage = Stage(portal, tenants(1, orderers=1), producers(4), far_ahead())  # type: ignore[arg-type]  # a portal is a portal
        (program,), (customer,) = stage.programs(1), stage.customers()
        day = stage.at

        def order_next() -> tuple[int, str]:
            """For the day after the last that was given."""
            nonlocal day
            answer = ask(lambda: program.order(day))
            day += DAY * (answer[0] == 201)
            return answer

        assert order_next()[0] == 201
        with row(18, f"a full disk for {HELD_SECONDS} seconds", n=1) as counts:
            answers, began = Counter[tuple[int, str]](), time.monotonic()
            with full(portal.var):
                while time.monotonic() - began < HELD_SECONDS:
                    answers[order_next()] += 1
                pages = Counter(ask(lambda: customer.line.get("/resources/")) for _time in range(LOOKED))
                os.kill(portal.postgres(), signal.SIGKILL)  # as when it has no room for its log
                until(lambda: "postgres ended" in portal.said(), seconds=BACK_SECONDS)
                answers[order_next()] += 1
            counts |= {f"{status} {more}".strip(): times for (status, more), times in answers.items()}
            counts["pages that open"] = pages[200, ""]
            assert set(answers) <= {(201, ""), (503, "5")}, answers
            assert set(pages) <= {(200, ""), (503, "5")}, pages
            until(lambda: portal.is_ready() and order_next()[0] == 201, seconds=BACK_SECONDS)
            connection.close()  # ours died with the server
            with scope(EVERYTHING):
                placed = Order.objects.count()
                assert placed == answers[201, ""] + 2
                assert Engagement.objects.count() == placed
                assert Booking.objects.filter(state=Booking.State.BOOKED).count() == placed
                until(lambda: len(portal.sink.deliveries) >= placed, seconds=BACK_SECONDS)
        stage.hang_up()
