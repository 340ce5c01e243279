"""A turn of placing orders, and what came of it. Each caller is a thread with a connection that it keeps."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from customers.keys import public_key
from customers.models import Site
from tests.reliability.stage import DAY, HOUR
from tests.reliability.visitors import Program, line_to

DAYS, A_DAY = 130, 12  # as far as the entitlements reach; every two hours


def time_of(number: int, at: datetime) -> datetime:
    """Choose one order's time: one on each day, then two hours later on each day."""
    return at + number % DAYS * DAY + number // DAYS % A_DAY * 2 * HOUR


@dataclass(frozen=True)
class Turn:
    """So many callers for so many seconds; the orders are numbered from `first`, and the organisations take turns."""

    address: str
    callers: int
    seconds: float
    at: str
    tenants: list[tuple[str, str]]  # host name of the site, token
    first: int


@dataclass
class Outcome:
    """How long each order took that was placed, in milliseconds, and what else was answered."""

    took: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    asked: int = 0

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds


def play(turn: Turn) -> Outcome:
    """All callers at once until the time is up; an order begun before counts."""
    outcome, numbers = Outcome(), count(turn.first)
    began = time.perf_counter()
    with ThreadPoolExecutor(turn.callers) as threads:
        for each in [threads.submit(_order, turn, numbers, outcome, began + turn.seconds) for _caller in range(turn.callers)]:
            each.result()
    outcome.seconds = time.perf_counter() - began
    outcome.asked = next(numbers) - turn.first
    return outcome


def _order(turn: Turn, numbers: Iterator[int], outcome: Outcome, until: float) -> None:
    with line_to(turn.address) as line:
        while time.perf_counter() < until:
            number = next(numbers)
            host_name, token = turn.tenants[number % len(turn.tenants)]
            program = Program(line, token, Site(host_name=host_name))
            began = time.perf_counter()
            answer = program.order(time_of(number, datetime.fromisoformat(turn.at)), key=public_key())
            if answer.status_code == 201 and answer.json()["status"] == "CONFIRMED":
                outcome.took.append((time.perf_counter() - began) * 1000)
            else:
                outcome.others[f"{answer.status_code} {answer.text[:200]}"] += 1
