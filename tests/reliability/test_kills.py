"""The whole portal under its supervisor while its processes are killed: promises rows 10, 11, 12, 14 and 17."""

import os
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from customers.tenancy import EVERYTHING, scope
from engagements.models import Engagement
from orders.models import Order
from outbox.models import Message
from outbox.queries import heartbeat_age, lag
from scheduling.models import Booking
from tests.portal import until
from tests.reliability.figures import FULL, row, size
from tests.reliability.stage import DAY, Stage, far_ahead, producers, tenants
from tests.reliability.supervised import Killer, Supervised, supervised

pytestmark = [pytest.mark.servers, pytest.mark.timeout(7200 if FULL else 300)]

ANYBODY = ("web", "web/child", "worker", "worker/child", "beat", "valkey", "postgres")
CALLERS = 4
PEOPLE = size(4, 40)
GIVES_UP_SECONDS = 120
BACK_SECONDS = 90


@pytest.fixture(scope="module")
def hurt(django_db_blocker: Any) -> Iterator[Supervised]:
    with supervised() as portal, django_db_blocker.unblock():
        yield portal


@pytest.fixture(scope="module")
def everything_there(hurt: Supervised) -> Stage:
    with hurt.database():
        return Stage(hurt, tenants(CALLERS), producers(PEOPLE), far_ahead())  # type: ignore[arg-type]  # a portal is a portal


@pytest.fixture
def stage(hurt: Supervised, everything_there: Stage) -> Iterator[Stage]:
    with hurt.database():
        yield everything_there
        everything_there.hang_up()


@dataclass
class Crowd:
    """Programs that order one assist after the other, and ask again with the same key until they have an answer."""

    stage: Stage
    numbers: list[str] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    _slot: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def order_while(self, go_on: Any, *, at_least: int) -> None:
        """Until nobody kills any more and there are enough."""
        threads = [threading.Thread(target=self._keep_ordering, args=(number, go_on, at_least)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _keep_ordering(self, number: int, go_on: Any, at_least: int) -> None:
        program = self.stage.programs(CALLERS)[number]
        while go_on() or len(self.numbers) < at_least:
            answer = self._until_answered(program)
            assert answer.status_code == 201, answer.text
            self.numbers.append(answer.json()["number"])

    def _until_answered(self, program: Any) -> httpx.Response:
        with self._lock:
            slot, self._slot = self._slot, self._slot + 1
        turn = slot // PEOPLE
        at = self.stage.at + (turn % 120) * DAY + timedelta(hours=2 * (turn // 120))
        key, deadline = secrets.token_hex(8), time.monotonic() + GIVES_UP_SECONDS
        while True:
            try:
                answer: httpx.Response = program.order(at, key=key)
            except httpx.TransportError as lost:
                self.failures[type(lost).__name__] += 1
            else:
                if answer.status_code < 500 and answer.json().get("code") != "idempotency_in_flight":
                    return answer
                self.failures[str(answer.status_code)] += 1
            assert time.monotonic() < deadline, self.failures
            time.sleep(0.2)


def assert_nothing_is_lost(stage: Stage, numbers: list[str]) -> None:
    """Every order that was answered is there, whole and once; nothing is there without its order."""
    with scope(EVERYTHING):
        orders = {order.number: order for order in Order.objects.filter(number__in=numbers)}
        assert (len(numbers), len(set(numbers)), len(orders)) == (len(numbers),) * 3
        assert {order.state for order in orders.values()} == {"CONFIRMED"}
        booked = Counter(Booking.objects.filter(state="BOOKED").values_list("reference", flat=True))
        assert [order.number for order in orders.values() if booked[order.key] != 1] == []
        known = set(Order.objects.filter(state="CONFIRMED").values_list("key", flat=True))
        assert set(booked) - known == set()
        assert set(Engagement.objects.values_list("reference", flat=True)) == known


def wait_for_mail(portal: Supervised, numbers: list[str]) -> int:
    """Until each customer has a confirmation; gives back how many letters came more than once."""
    until(lambda: lag(timezone.now()) == timedelta(0), seconds=BACK_SECONDS * 2)
    with scope(EVERYTHING):
        unsent = Message.objects.filter(about__in=numbers).exclude(state="SENT").count()
    assert unsent == 0
    letters = [delivery for delivery in portal.sink.deliveries if any(to.startswith("dana@") for to in delivery.recipients)]
    subjects = " ".join(delivery.subject for delivery in letters)
    assert [number for number in numbers if number not in subjects] == []
    times = Counter(delivery.message_id for delivery in portal.sink.deliveries)
    return sum(times.values()) - len(times)


def test_killed_at_random_nothing_is_lost(hurt: Supervised, stage: Stage) -> None:
    crowd, kills = Crowd(stage), size(3, 100)
    with row(10, "orders while processes are killed", n=kills) as counts:
        with Killer(hurt, ANYBODY, kills) as killer:
            crowd.order_while(lambda: killer.is_busy, at_least=size(20, 2000))
        until(hurt.is_ready, seconds=BACK_SECONDS)
        assert_nothing_is_lost(stage, crowd.numbers)
        counts |= {"wins": len(crowd.numbers), "losses": 0, "kills": Counter(hurt.kills), "asked_again": sum(crowd.failures.values())}
    with row(11, "their confirmation mails", n=len(crowd.numbers)) as counts:
        repeats = wait_for_mail(hurt, crowd.numbers)
        assert repeats <= len(hurt.kills)
        counts |= {"wins": len(crowd.numbers), "losses": 0, "repeats": repeats}


def test_a_broker_that_forgets_everything_loses_nothing(hurt: Supervised, stage: Stage) -> None:
    crowd, times, stop = Crowd(stage, _slot=100_000), size(1, 20), threading.Event()
    ordering = threading.Thread(target=crowd.order_while, args=(lambda: not stop.is_set(),), kwargs={"at_least": 1})
    with row(12, "a broker that forgets everything", n=times) as counts:
        ordering.start()
        for _number in range(times):
            hurt.empty_the_broker()
            time.sleep(size(1, 4))
        stop.set()
        ordering.join()
        assert crowd.failures == Counter()
        assert_nothing_is_lost(stage, crowd.numbers)
        wait_for_mail(hurt, crowd.numbers)
        counts |= {"wins": len(crowd.numbers), "losses": 0}


def test_web_processes_replaced_under_load_fail_no_request(hurt: Supervised, stage: Stage) -> None:
    crowd, times, stop = Crowd(stage, _slot=200_000), size(1, 20), threading.Event()
    ordering = threading.Thread(target=crowd.order_while, args=(lambda: not stop.is_set(),), kwargs={"at_least": 1})
    with row(17, "web processes and worker replaced under load", n=times) as counts:
        ordering.start()
        for number in range(times):
            before = set(hurt.workers_of("web"))
            hurt.kill("web", number=signal.SIGHUP)  # each finishes its requests while the next one starts
            if number % 2 == 0:
                hurt.kill("worker", number=signal.SIGTERM)
            until(lambda before=before: not before & set(hurt.workers_of("web")), seconds=60)
            time.sleep(size(0, 10))
        stop.set()
        ordering.join()
        assert crowd.failures == Counter()
        until(hurt.is_ready, seconds=BACK_SECONDS)
        wait_for_mail(hurt, crowd.numbers)
        counts |= {"wins": len(crowd.numbers), "losses": 0}


def test_a_killed_web_server_comes_back_at_the_first_try(hurt: Supervised, stage: Stage) -> None:
    """Its orphans hold the port no longer than the next one needs to start."""
    crowd, stop = Crowd(stage, _slot=300_000), threading.Event()
    ordering = threading.Thread(target=crowd.order_while, args=(lambda: not stop.is_set(),), kwargs={"at_least": 1})
    ordering.start()
    for _number in range(size(1, 3)):
        hurt.kill("web")
        time.sleep(1)
        until(hurt.is_ready, seconds=BACK_SECONDS)
    stop.set()
    ordering.join()
    assert "web ended with 1" not in (hurt.var / "up.log").read_text()
    assert_nothing_is_lost(stage, crowd.numbers)


def test_a_deaf_worker_is_replaced(hurt: Supervised, stage: Stage) -> None:
    until(hurt.is_ready, seconds=BACK_SECONDS)
    with row(14, "a stopped worker", n=1) as counts:
        old = hurt.masters()["worker"]
        for pid in (old, *hurt.workers_of("worker")):
            os.kill(pid, signal.SIGSTOP)  # it lives, but hears nothing
        began = time.monotonic()
        number = stage.programs(1)[0].order(stage.at + 119 * DAY + timedelta(hours=20)).json()["number"]
        until(lambda: hurt.masters().get("worker", old) != old, seconds=BACK_SECONDS)
        until(lambda: (age := heartbeat_age(timezone.now())) and age < timedelta(seconds=12), seconds=BACK_SECONDS)
        seconds = time.monotonic() - began
        assert seconds < BACK_SECONDS
        wait_for_mail(hurt, [number])
        counts |= {"wins": 1, "losses": 0, "seconds_until_heard": round(seconds, 1)}
