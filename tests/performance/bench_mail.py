"""P6: mails a second from the outbox through the two processes of the running worker, beside plain smtplib over one kept connection.

The mails are those of a placed order. Plain smtplib writes each of them too, but claims and records nothing; PostgreSQL has fsync. The
worker counts from when both of its processes are at it: the beat asks every three seconds. Size: BENCH_MAILS.
"""

import json
import os
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.utils import timezone

from customers.keys import public_key
from customers.tenancy import EVERYTHING, scope
from outbox.actions import withdraw
from outbox.models import Message
from tests import make
from tests.performance.production import AS_IT_RUNS, ROUNDS
from tests.portal import until
from tests.reliability import stage
from tests.reliability.processes import Worker
from tests.reliability.supervised import Supervised, supervised
from tests.reliability.visitors import Program, line_to

MAILS = int(os.environ.get("BENCH_MAILS", "5000"))
SAID = ("to", "language", "subject", "text", "html", "calendar", "calendar_method", "message_id")
TARGET = 1.0


def run() -> Iterator[dict[str, Any]]:
    """In turns."""
    ours, plain, ready = [], [], []
    with supervised(**AS_IT_RUNS) as portal, Worker("tests.performance.sender") as sender:
        organisation_id, mails = _mails_of_an_order(portal)
        for _round in range(ROUNDS):
            sender.begin(json.dumps({"port": portal.sink.port, "count": MAILS, "mails": mails}))
            for rates, rate in zip((plain, ready), json.loads(sender.answer()), strict=True):
                rates.append(rate)
            portal.sink.deliveries.clear()
            ours.append(_through_the_outbox(portal, organisation_id, mails))
    ratio = median(mine / other for mine, other in zip(ours, plain, strict=True))
    yield {
        "id": "P6 mails a second, two workers", "target": f"{TARGET} of plain smtplib", "holds": ratio >= TARGET,
        "per_second": round(median(ours)), "beside": round(median(plain)), "ratio": round(ratio, 2),
        "from_ready_bytes": round(median(ready)), "mails": MAILS,
    }  # fmt: skip


def _mails_of_an_order(portal: Supervised) -> tuple[int, list[dict[str, str]]]:
    """Place one while no mail goes out, and read what shall be said about it."""
    portal.sink.stop()
    with portal.database(), line_to(portal.address) as line:
        stage.producers(1)
        make.staff_member("COORDINATOR")
        (tenant,) = stage.tenants(1)
        answer = Program(line, tenant.token, tenant.site).order(stage.far_ahead())
        assert answer.status_code == 201, answer.text
        with scope(EVERYTHING):
            number = answer.json()["number"]
            mails = list(Message.objects.filter(about=number).values(*SAID))
            withdraw(about=number, because="only the copies go out", now=timezone.now())
    portal.sink.start()
    return tenant.organisation.pk, mails


def _through_the_outbox(portal: Supervised, organisation_id: int, mails: list[dict[str, str]]) -> float:
    """Write as many, all to be seen in one moment, and wait for the last."""
    sink, now = portal.sink, timezone.now()
    before, run_key = sink.connections, public_key()
    fresh = [
        Message(organisation_id=organisation_id, key=f"{run_key}/{n}", due_at=now, created_at=now, **mails[n % len(mails)])
        for n in range(MAILS)
    ]
    with portal.database(), scope(EVERYTHING):
        Message.objects.bulk_create(fresh, batch_size=500)
    until(lambda: sink.connections >= before + 2 or len(sink.deliveries) > MAILS // 2)
    began, first = time.perf_counter(), len(sink.deliveries)
    until(lambda: len(sink.deliveries) >= MAILS, seconds=60 + MAILS / 20)
    rate = (MAILS - first) / (time.perf_counter() - began)
    sink.deliveries.clear()
    return rate
