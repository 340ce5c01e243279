"""A working day in a minute: programs order and ask who is free, customers look at what they have, the desk at all orders. Row 57"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from statistics import quantiles

import httpx
import pytest

from tests import make
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, HOUR, Stage
from tests.reliability.visitors import line_to

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

RUNS, SECONDS, CALLERS, ORGANISATIONS, PEOPLE = size(1, 5), size(5, 60), 8, 8, 50
SHARES = {"order": 2, "availability": 4, "my resources": 2, "admin": 2}


@dataclass
class Day:
    """Who asks, and how long each answer took, in seconds."""

    stage: Stage
    took: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    _slots: Iterator[int] = field(default_factory=count)

    def work(self, number: int, done: threading.Event) -> None:
        chance = random.Random(number)
        program, customer, desk = self.stage.programs(CALLERS)[number], self.stage.customers()[number], self.desk()
        bearer = {"Authorization": f"Bearer {program.token}"}

        def availability() -> int:
            at = self.stage.at + chance.randrange(90) * DAY
            asked = {"package": "mc-premium", "site": program.site.host_name, "time_zone": "UTC", "duration_minutes": 60}
            return program.line.post("/api/v1/availability/", json={**asked, "starts_at": at.isoformat()}, headers=bearer).status_code

        def order() -> int:
            slot = next(self._slots) // PEOPLE
            return program.order(self.stage.at + slot % 100 * DAY + slot // 100 * 2 * HOUR).status_code

        asked: dict[str, Callable[[], int]] = {
            "order": order,
            "availability": availability,
            "my resources": lambda: customer.line.get("/resources/").status_code,
            "admin": lambda: desk.get("/admin/orders/order/").status_code,
        }
        while not done.is_set():
            (kind,) = chance.choices(list(SHARES), SHARES.values())
            began = time.perf_counter()
            status = asked[kind]()
            self.took.append(time.perf_counter() - began)
            self.statuses[f"{kind} {status}"] += 1

    def desk(self) -> httpx.Client:
        line = line_to(self.stage.portal.address)
        self.stage.lines.append(line)
        for cookie in self.stage.portal.cookies_of(make.staff_member("COORDINATOR", week=None).user):
            line.cookies.set(cookie["name"], cookie["value"])
        return line


@pytest.mark.parametrize("run", range(RUNS))
def test_a_working_day(set_stage: Callable[..., Stage], run: int) -> None:
    day = Day(set_stage(ORGANISATIONS, orderers=CALLERS // ORGANISATIONS, people=PEOPLE))
    done = threading.Event()
    with row(57, f"a working day, run {run + 1}", n=SECONDS) as counts:
        with ThreadPoolExecutor(CALLERS) as crowd:
            working = [crowd.submit(day.work, number, done) for number in range(CALLERS)]
            time.sleep(SECONDS)
            done.set()
        for each in working:
            each.result()
        cuts = quantiles(day.took, n=100)
        counts |= {"requests_per_second": round(len(day.took) / SECONDS, 1)}
        counts |= {f"p{percent}_ms": round(1000 * cuts[percent - 1]) for percent in (50, 95, 99)}
        wrong = {what: times for what, times in day.statuses.items() if not what.endswith((" 200", " 201"))}
        counts |= {"errors": sum(wrong.values())}
        assert wrong == {}
