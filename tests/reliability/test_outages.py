"""Workers that are away: orders are taken all the same, and what they cause follows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from customers.tenancy import EVERYTHING, scope
from orders.actions.cancelling import cancel_order
from orders.models import Order
from outbox.models import Message
from tests.portal import Portal, until
from tests.reliability.figures import row
from tests.reliability.stage import DAY, Stage

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

AT_ONCE_SECONDS = 2
BACK_SECONDS = 60  # backlogs drain within it; rows 13 and 14 of the promises


@contextmanager
def stopped(portal: Portal, *names: str) -> Iterator[None]:
    """Without these of our processes meanwhile."""
    stack = portal.stack
    children = [child for child in stack.children if child.name in names]
    for child in children:
        child.stop()
    try:
        yield
    finally:
        for child in children:
            stack.start_again(child)


def order_of(number: str) -> Order:
    with scope(EVERYTHING):
        return Order.objects.select_related("organisation").get(number=number)


def mail_is_sent(number: str) -> bool:
    """To the customer."""
    with scope(EVERYTHING):
        order = Order.objects.get(number=number)
        return Message.objects.filter(about=number, to=order.email, state="SENT").exists()


def place(stage: Stage, day: int, **changes: object) -> str:
    """Order as a program does, at once; gives back the number."""
    began = time.monotonic()
    answer = stage.programs(1)[0].order(stage.at + day * DAY, **changes)
    assert answer.status_code == 201, answer.text
    assert time.monotonic() - began < AT_ONCE_SECONDS
    return str(answer.json()["number"])


def test_mail_follows_when_the_worker_is_back(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(1)
    with row(11, "the worker away", n=1) as counts:
        with stopped(stage.portal, "worker"):
            number = place(stage, 0)
            time.sleep(4)  # the beat asks for a delivery every three seconds
            assert not mail_is_sent(number)
        letter = stage.portal.wait_for_letter(to=order_of(number).email, subject=number, seconds=BACK_SECONDS)
        counts |= {"wins": 1, "losses": 0}
    assert number in letter.subject


def test_the_workers_confirm_a_waiting_order_as_soon_as_somebody_is_free(set_stage: Callable[..., Stage]) -> None:
    """S48"""
    stage = set_stage(1)
    first, second = place(stage, 0), place(stage, 0, wait=True)
    assert order_of(second).state == "WAITING"
    with row(12, "a waiting order, worker and beat restarted", n=1) as counts, stopped(stage.portal, "worker", "beat"):
        with scope(EVERYTHING):
            cancel_order(order_of(first), accept_fee=None, by=None, now=order_of(first).created_at)
        counts |= {"wins": 1, "losses": 0}
    until(lambda: order_of(second).state == "CONFIRMED", seconds=BACK_SECONDS)  # beat starts with every sweep
    until(lambda: mail_is_sent(second), seconds=BACK_SECONDS)
