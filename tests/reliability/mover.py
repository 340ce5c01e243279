"""A process that moves orders in children of its own, so that each can be killed: `python -m tests.reliability.mover`.

Reads lines `<order's primary key> <new start as wall time>`. For each it forks, prints the child's pid, and the child moves the
order and prints `moved`.
"""

import os
import sys
from datetime import datetime, timedelta

import django

django.setup()

from customers.tenancy import EVERYTHING, scope  # noqa: E402 - needs the applications
from orders.actions.moving import move_order  # noqa: E402
from orders.models import Order  # noqa: E402
from scheduling.windows import DayWish  # noqa: E402
from tests.make import NOW  # noqa: E402


def move(pk: int, start: datetime) -> None:
    with scope(EVERYTHING):
        move_order(Order.objects.get(pk=pk), first=DayWish(start, timedelta()), schedule_update="DONE", by=None, now=NOW)


def main() -> None:
    for line in sys.stdin:
        pk, start = line.split()
        child = os.fork()
        if child == 0:
            move(int(pk), datetime.fromisoformat(start))
            print("moved", flush=True)
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
