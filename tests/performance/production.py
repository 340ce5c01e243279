"""The portal in its production shape with many staff, on a PostgreSQL that keeps what it says it keeps, and turns of placing orders."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db import connection

from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.performance import calendars
from tests.performance.turns import Outcome, Turn, time_of
from tests.portal import UNHURRIED
from tests.reliability import stage
from tests.reliability.processes import Worker
from tests.reliability.supervised import Supervised, supervised

ORGANISATIONS = 50
UNITS = 10_000_000  # of each entitlement; it shall not be what runs out
PMS, COORDINATORS = 10, 2
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))  # of one turn
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
AS_IT_RUNS = UNHURRIED | {"OLDEST_HEARTBEAT_SECONDS": "60"}  # tests of deaf workers wait less

# Written, and nobody waits for it any more.
_PUT_OFF = "UPDATE outbox_message SET due_at = due_at + interval '100 years' WHERE state = 'QUEUED' AND due_at < now() + interval '1 year'"


@dataclass
class Production:
    """Everything that runs: web, worker, beat, PostgreSQL, Valkey and a mail server."""

    portal: Supervised
    tenants: list[stage.Tenant]
    caller: Worker
    at: datetime
    placed: int = 0

    @property
    def sockets(self) -> str:
        """The folder that its PostgreSQL listens in."""
        return str(self.portal.var / "run" / "pg")

    @property
    def database_url(self) -> str:
        """Of the portal's own role."""
        return f"postgres://portal@/portal?{urlencode({'host': self.sockets}, safe='/')}"

    def place(self, callers: int, seconds: float = SECONDS) -> Outcome:
        """Place orders for a while. What mail is left afterwards is put off, so that the next turn starts like this one."""
        known = [(tenant.site.host_name, tenant.token) for tenant in self.tenants]
        turn = Turn(self.portal.address, callers, seconds, self.at.isoformat(), known, self.placed)
        self.caller.begin(json.dumps(asdict(turn)))
        outcome = Outcome(**json.loads(self.caller.answer()))
        self.placed += outcome.asked
        assert not outcome.others, outcome.others
        self.put_off_mail()
        return outcome

    def next_time(self) -> datetime:
        """Choose the time of one order more."""
        self.placed += 1
        return time_of(self.placed - 1, self.at)

    def put_off_mail(self) -> None:
        with self.portal.database(), scope(EVERYTHING), connection.cursor() as cursor:
            cursor.execute(_PUT_OFF)
        self.portal.sink.deliveries.clear()


@contextmanager
def production(*, staff: int, bookings: int) -> Iterator[Production]:
    """Start it, fill it, and let everybody place some orders before anything is measured."""
    with supervised(**AS_IT_RUNS) as portal:
        with portal.database():
            calendars.write(staff=staff, bookings=bookings)
            for role, count in (("PM", PMS), ("COORDINATOR", COORDINATORS)):
                for _number in range(count):
                    make.staff_member(role)
            tenants = stage.tenants(ORGANISATIONS, quantity=UNITS)
        with Worker("tests.performance.caller") as caller:
            made = Production(portal, tenants, caller, stage.far_ahead())
            made.place(8, min(SECONDS, 5))
            yield made
