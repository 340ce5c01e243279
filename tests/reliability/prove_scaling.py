"""The portal on several machines: two webs, three workers, two beats by mistake, and PgBouncer in transaction mode before PostgreSQL.

Row 24 of the promises, and the races and sweeps of rows 1, 11 and 15 once more. docs/scaling.md says how to run it so.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from assist_portal.running.backups import BackupFailed, back_up
from assist_portal.running.surroundings import free_port
from customers.tenancy import EVERYTHING, scope
from engagements.models import Task
from outbox.models import AccountMessage, Message
from scheduling.models import Booking
from tests import make
from tests.cluster import with_name
from tests.portal import OWN, UNHURRIED, Portal, connected_to, make_database, until
from tests.reliability.crowd import at_once
from tests.reliability.database import ask, deadlocks, overlaps, run, scopes_outlive_their_transaction
from tests.reliability.figures import row, size
from tests.reliability.interleaved import interleaved
from tests.reliability.pooled import Pool, Several, pgbouncer
from tests.reliability.stage import DAY, HOUR, Stage
from tests.sinks import MailSink

CLIENTS, CUSTOMERS, ORGANISATIONS, PEOPLE = size(50, 500), size(25, 250), 25, 20
TENANTS, REQUESTS, KILLS, THREADS = size(30, 200), size(1_000, 20_000), size(10, 100), 16
ORDERS, SWEEPS, DUE = size(30, 300), size(3, 20), size(10, 50)
DATABASE = "running_scaling"
SECONDS_TO_DRAIN = 180

pytestmark = [pytest.mark.servers, pytest.mark.timeout(3600)]


@dataclass(frozen=True)
class Scaled(Portal):
    """The portal, what it talks to, and what it sent."""

    stack: Several
    pool: Pool
    sink: MailSink
    turns: Iterator[str]

    @property
    def address(self) -> str:
        """Another web for each visitor, as a load balancer does it."""
        return next(self.turns)


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scaled]:
    direct = with_name(os.environ["DATABASE_URL"], DATABASE)
    make_database(DATABASE)
    given = {name: value for name, value in os.environ.items() if name not in OWN} | UNHURRIED
    with pgbouncer(direct) as pool:
        sink = MailSink()
        sink.start()
        var = tmp_path_factory.mktemp("several")
        stack = Several(var=var, port=free_port(), given={**given, "DATABASE_URL": direct, "EMAIL_URL": sink.url})
        try:
            stack.start_servers()
            stack.prepare("--no-demo")
            stack.environment |= {"DATABASE_URL": pool.url, "BEHIND_PGBOUNCER": "true"}
            stack.start_services()
            stack.wait_until_ready()
            until(lambda: all(httpx.get(f"{web}/readyz", trust_env=False).status_code == 200 for web in stack.webs), seconds=60)
            yield Scaled(stack, DATABASE, pool, sink, cycle(stack.webs))
        finally:
            stack.stop()
            sink.close()


@pytest.fixture
def portal(scaled: Scaled, django_db_blocker: Any) -> Iterator[Scaled]:
    """In place of the portal on one machine; the test itself asks PostgreSQL directly."""
    with django_db_blocker.unblock(), connected_to(NAME=scaled.database):
        yield scaled


# The last free person -----------------------------------------------------------------------------------------------


def test_two_webs_are_asked_at_once_for_the_last_free_person(portal: Scaled, set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(ORGANISATIONS, people=PEOPLE)
    stage.occupy(stage.producers[1:], stage.at)
    broken_up, callers = deadlocks(), stage.programs(CLIENTS)
    with row(1, "the last free person through two webs and PgBouncer", n=CLIENTS) as counts:
        answers = at_once([partial(program.order, stage.at) for program in callers])
        counts |= {"wins": sum(each.status_code == 201 for each in answers), "losses": sum(each.status_code == 409 for each in answers)}
        assert Counter(each.status_code for each in answers) == {201: 1, 409: CLIENTS - 1}
        refused = [each.json() for each in answers if each.status_code == 409]
        assert {(each["code"], len(each["alternatives"])) for each in refused} == {("nobody_free", 3)}
        assert next(each for each in answers if each.status_code == 201).json()["status"] == "CONFIRMED"
        assert (stage.busy(stage.at), overlaps(), deadlocks() - broken_up) == (PEOPLE, 0, 0)


def test_customers_need_not_come_back_to_the_same_web(portal: Scaled, set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(ORGANISATIONS, orderers=CUSTOMERS // ORGANISATIONS, people=PEOPLE)
    stage.occupy(stage.producers[1:], stage.at)
    broken_up, customers = deadlocks(), stage.customers()
    at_once([customer.begin for customer in customers])
    for customer in customers:
        begun = str(customer.line.base_url).rstrip("/")
        customer.line.base_url = next(web for web in portal.stack.webs if web != begun)
    with row(1, "the last free person through the form, begun on one web and sent to another", n=CUSTOMERS) as counts:
        answers = at_once([partial(customer.ask_for, stage.at) for customer in customers])
        where = Counter(each.headers.get("Location", f"{each.status_code}").rstrip("/").rpartition("/")[2] for each in answers)
        counts |= {"wins": where["meeting"], "losses": where["times"]}
        assert where == {"meeting": 1, "times": CUSTOMERS - 1}
        losers = [customer for customer, each in zip(customers, answers, strict=True) if each.headers["Location"].endswith("/times/")]
        assert {len(customer.offers()) for customer in losers} == {3}
        assert (stage.busy(stage.at), overlaps(), deadlocks() - broken_up) == (PEOPLE, 0, 0)


# Interleaved tenants ------------------------------------------------------------------------------------------------


def servers_of_others() -> set[int]:
    """Everybody's connections but ours, as PostgreSQL itself counts them."""
    return set(
        ask("SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    )


def test_nobody_sees_another_s_rows_through_shared_connections(portal: Scaled, set_stage: Callable[..., Stage]) -> None:
    broken_up = deadlocks()
    with row(24, "interleaved tenants through PgBouncer in transaction mode", n=REQUESTS) as counts:
        visits = interleaved(set_stage(TENANTS, people=8), portal.stack.webs)
        visits.run(REQUESTS, pool=portal.pool, kills=KILLS, threads=THREADS)
        scopes = portal.pool.scopes()
        counts |= {"tenants": TENANTS, **visits.counts, "wrong": len(visits.wrong), "connections": len(scopes)}
        counts |= {"left_scopes": sum(map(bool, scopes.values()))}
        assert visits.wrong == []
        assert set(scopes.values()) == {""}
        assert set(scopes) == servers_of_others()  # that was every connection there is
        assert deadlocks() == broken_up


# Two beats ----------------------------------------------------------------------------------------------------------


def test_two_beats_have_everything_done_once(portal: Scaled, set_stage: Callable[..., Stage]) -> None:
    stage, broken_up = set_stage(ORGANISATIONS, people=8), deadlocks()
    make.staff_member("PM")
    with row(11, "confirmations, warnings and holds with two beats and three workers", n=ORDERS) as counts, releases_counted():
        placed = place_while_beats_start(stage, portal)
        for number in range(SWEEPS):
            due(stage, number)
            portal.stack.start_beats_again()
            until(all_is_done, seconds=SECONDS_TO_DRAIN)
        until(all_is_sent, seconds=SECONDS_TO_DRAIN)
        confirmed = Counter(each.subject.rpartition(" ")[2] for each in portal.sink.deliveries if each.subject.startswith("Confirmed:"))
        mails = Counter(each.message_id for each in portal.sink.deliveries)
        counts |= {"mails": len(mails), "warnings": warnings(), "released": ask("SELECT count(*) FROM releases"), "twice": twice(mails)}
        counts |= {"sweeps": SWEEPS, "asked_for_warnings": asked_for(portal, "engagements.tasks.send_warnings")}
        assert {number: confirmed[number] for number in placed} == dict.fromkeys(placed, 1)
        assert (twice(mails), len(mails)) == (0, written())
        assert warnings() == SWEEPS * DUE
        assert ask("SELECT count(*) FROM releases") == ask("SELECT count(DISTINCT booking) FROM releases") == SWEEPS * DUE
        assert counts["asked_for_warnings"] >= 2 * SWEEPS  # both beats did ask
        assert deadlocks() == broken_up
        assert [line for name in ("web", "worker") for line in portal.stack.log_lines(name) if "Traceback" in line] == []


def place_while_beats_start(stage: Stage, portal: Scaled) -> list[str]:
    """The numbers of new orders."""
    callers = stage.programs(ORDERS)
    times = [stage.at + 30 * DAY + 2 * HOUR * (number // len(stage.producers)) for number in range(ORDERS)]
    portal.stack.start_beats_again()
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda program, at: program.order(at), callers, times))
    assert {each.status_code for each in answers} == {201}
    return [each.json()["number"] for each in answers]


@scope(EVERYTHING)
def due(stage: Stage, number: int) -> None:
    """Warnings whose time has come, each of an engagement of its own, and holds that have run out."""
    now = timezone.now()
    package = make.staffed_package()
    make.duty(package, "EVENT_START", -24 * 60)
    for each in range(DUE):
        tenant = stage.tenants[each % len(stage.tenants)]
        # 72 hours before the promise falls due is a warning; a minute ago it was 72
        starts_at = now + 4 * DAY - HOUR / 60
        make.engagement(tenant.organisation, package, now=now - DAY, days=make.day_briefs(starts_at), number=f"W-{number}-{each}")
        person = stage.producers[each % len(stage.producers)]
        begins = stage.at + (100 + number) * DAY + each * HOUR
        make.booking(person, begins, 1, state="HELD", expires_at=now - HOUR, reference=f"hold-{number}-{each}")


def all_is_done() -> bool:
    """No promise waits to be looked at, and no hold to be given back."""
    now = timezone.now()
    with scope(EVERYTHING):
        waiting = Task.objects.filter(state=Task.State.OPEN, next_alert_at__lte=now)
        return not waiting.exists() and not Booking.objects.filter(state="HELD", expires_at__lte=now).exists()


@scope(EVERYTHING)
def all_is_sent() -> bool:
    return not any(kind.objects.exclude(state__in=["SENT", "WITHDRAWN"]).exists() for kind in (Message, AccountMessage))


@scope(EVERYTHING)
def written() -> int:
    """Mails that the portal has sent, as it counts them."""
    return sum(kind.objects.filter(state="SENT").count() for kind in (Message, AccountMessage))


@scope(EVERYTHING)
def warnings() -> int:
    """Engagements of this test that somebody was warned about."""
    return Message.objects.filter(key__contains="/warning/", about__startswith="W-").values("about").distinct().count()


def twice(mails: Counter[str]) -> int:
    """How many arrived more than once."""
    return sum(count > 1 for count in mails.values())


def asked_for(portal: Scaled, task: str) -> int:
    """How often a worker was sent this task."""
    return sum(f"Task {task}[" in line and "received" in line for line in portal.stack.log_lines("worker"))


@contextmanager
def releases_counted() -> Iterator[None]:
    """A row in `releases` for every time that a hold is given back."""
    run(
        "CREATE TABLE releases (booking bigint)",
        "CREATE FUNCTION count_release() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO releases VALUES (NEW.id); RETURN NEW; END $$",
        "CREATE TRIGGER counted AFTER UPDATE ON scheduling_booking FOR EACH ROW "
        "WHEN (OLD.state = 'HELD' AND NEW.state = 'RELEASED') EXECUTE FUNCTION count_release()",
    )
    try:
        yield
    finally:
        run("DROP TRIGGER counted ON scheduling_booking", "DROP FUNCTION count_release()", "DROP TABLE releases")


# What wants PostgreSQL itself ---------------------------------------------------------------------------------------


def test_a_backup_through_the_pool_is_refused_and_leaves_nothing(portal: Scaled, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="unsupported startup parameter"):
        back_up(portal.pool.url, tmp_path / "portal")
    assert not (tmp_path / "portal").exists()


# The control, last: it breaks connections off -----------------------------------------------------------------------


def test_control_a_scope_by_plain_set_stays_behind_and_is_seen(portal: Scaled, set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(4)
    with row(24, "the same with a scope for the session", n=40) as counts, scopes_outlive_their_transaction():
        for program in stage.programs(40):
            answer = program.line.get("/api/v1/orders/", headers={"Authorization": f"Bearer {program.token}"})
            assert answer.status_code in {200, 503}  # a connection was just broken off
        counts["left_scopes"] = sum(map(bool, portal.pool.scopes().values()))
        assert counts["left_scopes"] >= 1
