"""No deadline is missed in silence and none is said twice, whoever is killed in the middle of a sweep.

The oracle knows the rules only: due times read once at the start, warnings at fixed distances from them, and who ticked when.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection

from customers.tenancy import EVERYTHING, scope
from engagements.actions import complete_task
from engagements.models import Engagement, Task
from outbox.models import Message
from tests import make
from tests.make import NOW
from tests.reliability.figures import row, size
from tests.reliability.processes import Worker

ENGAGEMENTS, DAYS, KILLS = size(50, 1000), size(3, 30), size(4, 50)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The rules again, in hours before the due time. Source: S93, architecture "A deadline is a column"
WARNED = {"DEFAULT": (72, 24, 0), "RECORDING": (24, 12, 4, 0), "EVENT_DAY": (0,), "NONE": ()}

pytestmark = pytest.mark.timeout(size(300, 7200))


@dataclass
class World:
    """Engagements whose events are spread over the simulated days, and what happens to them."""

    chance: random.Random
    ticks: dict[int, datetime] = field(default_factory=dict)

    @scope(EVERYTHING)
    def build(self, engagements: int = ENGAGEMENTS) -> None:
        for role in ("PM", "ANALYST", "COORDINATOR"):
            make.staff_member(role)
        package = make.staffed_package()
        make.duty(package, "EVENT_START", -24 * 60)
        make.duty(package, "DAY_START", -30, ladder="EVENT_DAY")
        make.duty(package, "SESSION_END", 48 * 60, ladder="RECORDING")
        make.duty(package, "EVENT_END", 0, ladder="NONE")
        organisation = make.organisation()
        for _number in range(engagements):
            starts_at = NOW + timedelta(minutes=self.chance.randrange(60, DAYS * 24 * 60))
            make.engagement(organisation, package, days=make.day_briefs(starts_at))
        for task in Task.objects.select_related("template"):
            if self.chance.random() < 0.2:
                self.ticks[task.pk] = NOW + timedelta(minutes=self.chance.randrange(DAYS * 24 * 60))

    def schedule(self) -> list[datetime]:
        """Sweeps 15 seconds to 90 minutes apart, and one long after everything."""
        moments, at, until = [], NOW, NOW + (DAYS + 3) * DAY
        while at < until:
            at += timedelta(seconds=self.chance.randrange(15, 90 * 60))
            moments.append(at)
        return moments

    @scope(EVERYTHING)
    def tick_until(self, now: datetime) -> None:
        """What people did since the last sweep."""
        for pk in [pk for pk, at in self.ticks.items() if at <= now]:
            task = Task.objects.select_related("engagement").get(pk=pk)
            complete_task(task, by=None, now=self.ticks[pk])
            del self.ticks[pk]


@scope(EVERYTHING)
def expected(world: World, moments: list[datetime]) -> dict[tuple[str, int], datetime]:
    """Which rung of which task is said by which sweep."""
    said = {}
    for task in Task.objects.select_related("template"):
        answered = world.ticks.get(task.pk)
        for rung, hours in enumerate(WARNED[task.template.ladder]):
            at = task.due_at - hours * HOUR
            if at < NOW:
                continue  # past when it was written
            first = next((moment for moment in moments if moment >= at), None)
            if first is not None and (answered is None or answered > first):
                said[task.key, rung] = first
    return said


@scope(EVERYTHING)
def sent() -> dict[tuple[str, int], datetime]:
    """What lies in the outbox, by task and rung, with the clock of the sweep that wrote it."""
    rows = Message.objects.filter(key__contains="/warning/").values_list("key", "created_at")
    said: dict[tuple[str, int], set[datetime]] = {}
    for key, at in rows:
        _number, _word, task, _due, rung, _to = key.split("/")
        said.setdefault((task, int(rung)), set()).add(at)
    assert all(len(moments) == 1 for moments in said.values())  # everybody hears of a rung from the same sweep
    return {key: moments.pop() for key, moments in said.items()}


@pytest.fixture
def sweepers(transactional_db: None) -> Iterator[list[Worker]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Worker("tests.reliability.sweeper")) for _number in range(2)]


def test_every_warning_once_by_two_sweeps_of_which_some_are_killed(sweepers: list[Worker]) -> None:
    world = World(random.Random(93))
    world.build()
    moments = world.schedule()
    oracle = expected(world, moments)
    doomed = set(world.chance.sample(busy(moments, oracle), KILLS))
    killed = 0
    with row(15, "warnings by two sweeps, some killed", n=len(oracle)) as counts:
        for moment in moments:
            world.tick_until(moment)
            if moment in doomed:
                with slow_mail():
                    killed += kill_in_the_middle(sweepers[0], moment)
            for each in sweepers:
                each.begin(moment.isoformat())
            assert [each.answer() for each in sweepers] == ["swept", "swept"]
        said = sent()
        counts |= {"missed": len(oracle.keys() - said.keys()), "unexpected": len(said.keys() - oracle.keys()), "killed": killed}
        assert said == oracle
        assert killed == KILLS
        assert twice() == {}
        check_misses(moments)


def busy(moments: list[datetime], oracle: dict[tuple[str, int], datetime]) -> list[datetime]:
    """Sweeps that have something to say, so that there is a middle to be killed in."""
    return sorted(set(oracle.values()) & set(moments))


def kill_in_the_middle(sweeper: Worker, moment: datetime) -> bool:
    """Kill it after it has written a mail and before it commits."""
    sweeper.begin(f"doomed {moment.isoformat()}")
    child = int(sweeper.answer())
    while not asleep():
        time.sleep(0.005)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    gone = sweeper.answer() == "gone"
    while asleep():
        time.sleep(0.005)
    return gone


def asleep() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")
        return bool(cursor.fetchone()[0])


@contextmanager
def slow_mail() -> Iterator[None]:
    """Take a moment over each mail that is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION take_a_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$"
        )
        cursor.execute("CREATE TRIGGER slow AFTER INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION take_a_moment()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON outbox_message")
            cursor.execute("DROP FUNCTION take_a_moment()")


@scope(EVERYTHING)
def twice() -> dict[tuple[str, str], int]:
    """Who would read the same thing twice."""
    mails = Counter(Message.objects.filter(key__contains="/warning/").values_list("to", "key"))
    return {mail: count for mail, count in mails.items() if count > 1}


@scope(EVERYTHING)
def check_misses(moments: list[datetime]) -> None:
    """What was open at a sweep after its due time is recorded as missed, and nothing else is."""
    for task in Task.objects.all():
        was_open = task.done_at is None or any(task.due_at <= moment < task.done_at for moment in moments) or task.done_at > task.due_at
        assert (task.broken_at is not None) == (was_open and task.due_at <= moments[-1]), task
    assert not Task.objects.filter(next_alert_at__isnull=False).exists()
    assert Engagement.objects.count() == ENGAGEMENTS


def test_a_warning_that_is_lost_or_said_again_would_be_seen(db: None) -> None:
    """The comparison above can see both faults."""
    world = World(random.Random(1))
    world.build(engagements=3)
    moments = world.schedule()
    oracle = expected(world, moments)
    assert oracle != dict(list(oracle.items())[1:])
    with scope(EVERYTHING):
        task = Task.objects.first()
        assert task is not None
        for at in moments[:2]:
            Message.objects.create(
                organisation=task.organisation, key=f"PR/warning/{task.key}/x/0/{at}", to="a@b.example", language="en", subject="x",
                text="x", message_id=f"<{at}>", due_at=at, created_at=at,
            )  # fmt: skip
    with pytest.raises(AssertionError):
        sent()
