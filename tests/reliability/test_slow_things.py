"""Slow and huge requests starve nobody: promises row 56."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from statistics import quantiles
from urllib.parse import urlparse

import pytest

from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from tests import make
from tests.portal import Portal, until
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, Stage
from tests.reliability.visitors import Customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

ORDERS, DRIPPING, SILENT, LEFT_OPEN = size(20, 200), 40, 40, 20
LISTS, SHORT_LIST, LONG_LIST = 20, 400, 3_000  # askers, rows
AT_MOST_SECONDS = size(5, 1)  # p95; other tests run at the same time in `make test`
HEAD = "POST /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = "POST /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"


def open_line(portal: Portal) -> socket.socket:
    where = urlparse(portal.address)
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=60)


@contextmanager
def dripping(portal: Portal, begins: str, count: int) -> Iterator[list[bytes]]:
    """So many that send their request a byte a second and never end; gives back how they were turned away."""
    done, answers = threading.Event(), list[bytes]()
    with ExitStack() as open_ones:
        lines = [open_ones.enter_context(open_line(portal)) for _number in range(count)]
        for line in lines:
            line.sendall(begins.encode())
            line.setblocking(False)

        def drip() -> None:
            while not done.wait(1):
                for line in list(lines):
                    try:
                        answers.append(line.recv(12))
                    except BlockingIOError:
                        with suppress(ConnectionError):  # turned away since: its answer is read in a second
                            line.sendall(b"x")
                        continue
                    lines.remove(line)

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield answers
        finally:
            done.set()
            thread.join()


@contextmanager
def silent(portal: Portal, count: int) -> Iterator[None]:
    """So many that say nothing."""
    with ExitStack() as open_ones:
        for _number in range(count):
            open_ones.enter_context(open_line(portal))
        yield


def p95_of_orders(stage: Stage, first_day: int) -> float:
    (program,), took = stage.programs(1), []
    for number in range(ORDERS):
        began = time.monotonic()
        answer = program.order(stage.at + (first_day + number % 100) * DAY)
        took.append(time.monotonic() - began)
        assert answer.status_code == 201, answer.text
    return quantiles(took, n=20)[-1]


@contextmanager
def asking_for_lists(stage: Stage) -> Iterator[list[int]]:
    """Twenty, each a sheet a second: half of them short enough to be made at once, half long enough for a worker."""
    done, statuses = threading.Event(), list[int]()

    def ask(customer: Customer) -> None:
        while not done.wait(1):
            statuses.append(customer.line.get("/reports/exports/orders/?format=xlsx").status_code)

    with ThreadPoolExecutor(LISTS) as crowd:
        asked = [crowd.submit(ask, customer) for customer in stage.customers()]
        try:
            yield statuses
        finally:
            done.set()
    for each in asked:
        each.result()


def test_slow_askers_starve_nobody(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1, orderers=1, people=size(1, 4))
    with row(56, "orders while eighty drip and forty say nothing", n=ORDERS) as counts:
        with dripping(stage.portal, HEAD, DRIPPING) as heads, dripping(stage.portal, BODY, DRIPPING), silent(stage.portal, SILENT):
            p95 = p95_of_orders(stage, 0)
            until(lambda: len(heads) == DRIPPING, seconds=60)
        counts |= {"p95_ms": round(1000 * p95)}
        assert set(heads) == {b"HTTP/1.1 408"}
        assert p95 < AT_MOST_SECONDS


def test_who_does_not_close_the_line_holds_nobody_up(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1, orderers=1)
    with row(56, "answers while twenty leave their lines open", n=LEFT_OPEN) as counts, ExitStack() as open_ones:
        began = time.monotonic()
        for line in [open_ones.enter_context(open_line(stage.portal)) for _number in range(LEFT_OPEN)]:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert line.recv(12) == b"HTTP/1.1 200"
        took = time.monotonic() - began
        counts |= {"answered_ms": round(1000 * took)}
        assert took < AT_MOST_SECONDS


def test_twenty_who_ask_for_long_lists_starve_nobody(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(2, orderers=LISTS // 2, people=size(1, 4))
    for day, tenant, rows in zip((110, 111), stage.tenants, (SHORT_LIST, LONG_LIST), strict=True):
        number = stage.program(tenant).order(stage.at + day * DAY).json()["number"]
        with scope(EVERYTHING):
            make.copies(Order.objects.get(number=number), rows, first=tenant.organisation.pk * 100_000)
    with row(56, "orders while twenty ask for lists", n=ORDERS) as counts:
        with asking_for_lists(stage) as statuses:
            p95 = p95_of_orders(stage, 0)
        counts |= {"p95_ms": round(1000 * p95), "lists": len(statuses)}
        assert set(statuses) == {200, 302}
        assert p95 < AT_MOST_SECONDS


def test_what_is_too_large_or_too_deep_is_refused(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1)
    (program,) = stage.programs(1)
    json = {"Authorization": f"Bearer {program.token}", "Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    deep = "[" * 100_000 + "]" * 100_000
    line = program.line
    answers = {
        "five megabytes of JSON": line.post("/api/v1/orders/", content=b'{"package": "' + b"x" * 5_000_000 + b'"}', headers=json),
        "deep JSON": line.post("/api/v1/orders/", content=deep, headers=json),
        "ten thousand parameters": line.get("/packages/?" + "&".join("a" * 10_000)),
        "ten thousand fields": line.post("/orders/find/", content="&".join(f"p{n}=1" for n in range(10_000)), headers=form),
        "five megabytes of a form": line.post("/orders/find/", content="number=" + "x" * 5_000_000, headers=form),
    }
    with row(56, "what is too large or too deep", n=len(answers)) as counts:
        counts |= {what.replace(" ", "_"): answer.status_code for what, answer in answers.items()}
        assert answers["five megabytes of JSON"].status_code == 413
        assert {answer.status_code for answer in answers.values()} <= {400, 403, 413, 414}
        assert program.order(stage.at).status_code == 201, "the control: the line and the portal are well"
