"""A long list as a spreadsheet: made in little memory, its progress seen by others. Source: promises row 44"""

import io
import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from openpyxl import load_workbook

from customers.tenancy import EVERYTHING, scope
from orders.actions.placing import place_order
from reports.models import ExportJob
from tests import make
from tests.cluster import with_name
from tests.orders.conftest import NOW, make_world
from tests.reliability.figures import size
from tests.reports.test_exports import job_of

ROWS = size(3_000, 100_000)
LIMIT_MB = 200


@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_a_long_sheet_needs_little_memory_and_shows_its_progress() -> None:
    """100,000 rows below 200 MB in a process of its own, with FULL_SIZE; some thousands otherwise."""
    with scope(EVERYTHING):
        world = make_world()
        first = place_order(world.draft(), accept_terms=True, by=world.orderer, now=NOW)
        make.copies(first, ROWS - 1)
        job_of(world, kind="xlsx")
    environment = {**os.environ, "DATABASE_URL": _address()}
    ran = subprocess.run([sys.executable, "-c", MAKE], env=environment, capture_output=True, text=True, check=True, timeout=800)
    figures = json.loads(ran.stdout.splitlines()[-1])
    print(json.dumps({"id": "xlsx", "rows": ROWS, **figures}))
    with scope(EVERYTHING):
        job = ExportJob.objects.get()
        assert (job.state, job.rows_done, job.rows_total) == ("DONE", ROWS, ROWS)
        file = b"".join(bytes(part) for part in job.parts.order_by("position").values_list("content", flat=True))
    rows = sum(1 for _ in load_workbook(io.BytesIO(file), read_only=True).active.iter_rows(values_only=True))
    assert rows == ROWS + 1
    assert figures["peak_mb"] < LIMIT_MB
    assert figures["seen"] > 1, "the progress could be seen"


MAKE = """
import os, json, threading, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "assist_portal.settings"
django.setup()
from django.utils import timezone
from customers.tenancy import EVERYTHING, scope
from reports.actions.exporting import claim_export, make_export
from reports.models import ExportJob
job, seen = claim_export(now=timezone.now()), set()
def look():
    while not over.is_set():
        with scope(EVERYTHING):
            seen.add(ExportJob.objects.get(pk=job.pk).rows_done)
        over.wait(0.02)
over = threading.Event()
watcher = threading.Thread(target=look); watcher.start()
before = time.perf_counter()
make_export(job, clock=timezone.now)
over.set(); watcher.join()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss would count who started us
print(json.dumps({"seconds": round(time.perf_counter() - before, 1), "seen": len(seen), "peak_mb": int(peak.split()[1]) // 1024}))
"""


def _address() -> str:
    """This test's own database, for a process of its own."""
    return with_name(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
