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

from assist_portal.running.web import MOST_LARGE
from customers.tenancy import EVERYTHING, scope
from orders.models import Order
from tests import make
from tests.portal import Portal, until
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, Stage
from tests.reliability.visitors import Customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

ORDERS, DRIPPING, SILENT, LEFT_OPEN = size(20, 200), 12, 40, 20
LISTS, SHORT_LIST, LONG_LIST = 20, 400, 3_000  # askers, rows
AT_MOST_SECONDS = size(5, 1)  # p95; other tests run at the same time in `make test`
POST = "POST /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
# How a request may begin that then comes by the byte, and what it is told. The last two are answered at once: no more of them is read.
SLOW_HEAD, SLOW_BODY = POST + "X-Slow: ", POST + "Content-Length: 5000\r\n\r\n{"
LARGE_BODY = POST + "Content-Length: 1000000\r\n\r\n{"
DRIPS = {
    "a head": (SLOW_HEAD, "408"),
    "a body": (SLOW_BODY, "408"),
    "a body that was asked for": (POST + "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n", "100"),
    "a second request": ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + SLOW_HEAD, "200"),
    "a body in chunks": (POST + "Transfer-Encoding: chunked\r\n\r\n5\r\n{", "401"),
    "ten gigabytes": (POST + "Content-Length: 10000000000\r\n\r\n{", "401"),
}
FEW_LARGE, MANY_LARGE = 12, 60  # fewer, and more, than both web processes wait for: 20 each


def open_line(portal: Portal) -> socket.socket:
    where = urlparse(portal.address)
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=60)


class Dripping:
    """So many that send their request a byte a second and never end; `answers` is what they are told, each once, until they are cut off."""

    def __init__(self, portal: Portal, begins: str, count: int) -> None:
        self.portal, self.begins, self.count = portal, begins, count
        self.answers: list[str] = []
        self.done, self.told, self.open_ones = threading.Event(), set[socket.socket](), ExitStack()

    def __enter__(self) -> list[str]:
        self.lines = [self.open_ones.enter_context(open_line(self.portal)) for _number in range(self.count)]
        for line in self.lines:
            line.sendall(self.begins.encode())
            line.setblocking(False)
        self.thread = threading.Thread(target=self._drip_all)
        self.thread.start()
        return self.answers

    def __exit__(self, *_failure: object) -> None:
        self.done.set()
        self.thread.join()
        self.open_ones.close()

    def _drip_all(self) -> None:
        while not self.done.wait(1):
            self.lines = [line for line in self.lines if self._drip(line)]

    def _drip(self, line: socket.socket) -> bool:
        """Say a byte more, or hear; False when the line is cut."""
        try:
            heard = line.recv(4096)
        except BlockingIOError:
            with suppress(ConnectionError):  # cut off since: what was said last is heard in a second
                line.sendall(b"x")
            return True
        except ConnectionError:
            return False
        if heard and line not in self.told:
            self.told.add(line)
            self.answers.append(heard.decode()[9:12])
        return bool(heard)


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
    with row(56, "orders while eighty drip and forty say nothing", n=ORDERS) as counts, ExitStack() as slow:
        told = {name: slow.enter_context(Dripping(stage.portal, begins, DRIPPING)) for name, (begins, _answer) in DRIPS.items()}
        large = slow.enter_context(Dripping(stage.portal, LARGE_BODY, FEW_LARGE))
        slow.enter_context(silent(stage.portal, SILENT))
        p95 = p95_of_orders(stage, 0)
        until(lambda: all(len(answers) == DRIPPING for answers in told.values()), seconds=60)
        counts |= {"p95_ms": round(1000 * p95)}
        assert {name: set(answers) for name, answers in told.items()} == {name: {answer} for name, (_begins, answer) in DRIPS.items()}
        assert not large, "a large body has a minute"
        assert p95 < AT_MOST_SECONDS


def test_many_large_bodies_that_do_not_come_keep_no_others_out(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1, orderers=1, people=size(1, 4))
    with row(56, "orders while sixty large bodies drip", n=ORDERS) as counts, Dripping(stage.portal, LARGE_BODY, MANY_LARGE) as told:
        until(lambda: len(told) >= MANY_LARGE - 2 * MOST_LARGE)
        p95 = p95_of_orders(stage, 0)
        counts |= {"p95_ms": round(1000 * p95), "turned_away": len(told)}
        assert set(told) == {"503"}
        assert p95 < AT_MOST_SECONDS


def test_a_large_body_may_come_in_parts(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1, orderers=1)
    body = b'{"package": "' + b"x" * 1_000_000 + b'"}'
    with open_line(stage.portal) as line:
        line.sendall(f"{POST}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
        assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for begin in range(0, len(body), 300_000):
            line.sendall(body[begin : begin + 300_000])
            time.sleep(0.3)
        assert b" 401 " in line.recv(1000)


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
