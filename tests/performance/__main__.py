"""`make bench`: run every bench, or those named (`make bench ARGS=availability`); one JSON line per measurement, and a page of them.

Works on servers of its own unless DATABASE_URL names one, in a fresh database, without fsync: reads are measured, not disks. A bench
of the whole portal starts one, which keeps what it says it keeps.
"""

import json
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from assist_portal.collector import share_what_is_loaded
from tests.plugin import SURROUNDINGS, ThrowawayServers


def main(names: list[str]) -> int:
    """Return 0 when every target holds."""
    benches = names or sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    os.environ.update(SURROUNDINGS, DJANGO_SETTINGS_MODULE="assist_portal.settings")
    servers = ThrowawayServers()
    servers.start()
    try:
        return int(not min([_run(name) for name in benches], default=True))
    finally:
        servers.stop()


def _run(name: str) -> bool:
    """Run one bench in an empty, migrated test database."""
    import django  # the servers' addresses must be in the environment first
    from django.conf import settings
    from django.test.runner import DiscoverRunner

    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]  # not Django's test environment, in which every template is watched
    logging.disable(logging.INFO)  # a line per request would hide the figures
    share_what_is_loaded()  # as in a worker and in the web
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        held = True
        for line in import_module(f"tests.performance.bench_{name}").run():
            _say({"id": line.pop("id"), "of": name, **line})
            held = held and line.get("holds", True)
        return held
    finally:
        runner.teardown_databases(databases)


def _say(line: dict[str, Any]) -> None:
    """Print it, and keep it for docs/performance.md."""
    print(json.dumps(line), flush=True)
    if log := os.environ.get("BENCH_LOG"):
        with Path(log).open("a") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
