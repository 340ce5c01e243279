"""Work that kills its worker each time is put aside, and the rest goes on: promises row 16."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from assist_portal import work_queue
from assist_portal.addresses import BrokerAddress
from assist_portal.running.prepared import BASE_DIR
from assist_portal.tasks import MOST_RUNS
from outbox.models import Redelivery
from tests.portal import Portal, until
from tests.reliability.deadly import QUEUE
from tests.reliability.figures import row, size

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

TASKS = "tests.reliability.deadly"
OTHERS = size(3, 200)


@pytest.fixture
def queue(portal: Portal) -> Iterator[Celery]:
    """A real worker on the portal's own broker and database; gives back what sends it work."""
    command = (
        "-A",
        "assist_portal",
        "worker",
        "-I",
        TASKS,
        "-Q",
        QUEUE,
        "-c",
        "2",
        "--without-gossip",
        "--without-mingle",
        "-n",
        "deadly@%h",
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *command],
        cwd=BASE_DIR, env=portal.stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    sender = Celery(broker=BrokerAddress.of(portal.stack.environment["REDIS_URL"]).celery, set_as_current=False)
    sender.conf.broker_transport_options = work_queue.broker_transport_options
    yield sender
    sender.close()
    worker.kill()
    worker.wait(10)


def test_deadly_work_is_put_aside_and_the_rest_goes_on(queue: Celery, tmp_path: Path) -> None:
    deaths, marks = tmp_path / "deaths", tmp_path / "marks"
    with row(16, "work that kills its worker", n=1) as counts:
        deadly = queue.send_task(f"{TASKS}.kill_the_worker", [str(deaths)], queue=QUEUE)
        for _number in range(OTHERS):
            queue.send_task(f"{TASKS}.leave_a_mark", [str(marks)], queue=QUEUE)
        until(lambda: Redelivery.objects.filter(task_id=deadly.id, times__gte=MOST_RUNS).exists(), seconds=90)
        until(lambda: marks.exists() and len(marks.read_text()) == OTHERS, seconds=60)
        assert len(deaths.read_text()) == MOST_RUNS
        counts |= {"wins": OTHERS, "losses": 0, "runs": MOST_RUNS}
