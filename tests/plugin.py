"""Starts a throwaway PostgreSQL and Valkey for a test run, before Django reads its settings.

Loaded with `-p tests.plugin` (pyproject.toml), because pytest-django reads the settings before any conftest. The process
that starts first starts the servers; the workers of pytest-xdist inherit their addresses. With DATABASE_URL or REDIS_URL
set, that server is used instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from assist_portal.servers.postgres import Postgres
from assist_portal.servers.valkey import Valkey
from tests import cluster

SURROUNDINGS = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "DEVELOPMENT": "true",
    "DEBUG": "false",
    "EMAIL_URL": "smtp://127.0.0.1:9",  # nobody listens on the discard port: a test that sends must bring its own server
    "WEBEX_BASE_URL": "http://127.0.0.1:9/v1",  # nobody listens there either: a test about Webex brings a simulated one
    "PORTAL_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in the thread that also asks the database
}
TEMPLATE = "ASSIST_TEST_TEMPLATE"  # the migrated database that the workers clone
WORKER = "PYTEST_XDIST_WORKER"


class ThrowawayServers:
    """The folder and the servers of one test run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="assist-test-"))
        self.folder.chmod(0o755)  # under root PostgreSQL runs as another user, who must get in
        self.started: list[Postgres | Valkey] = []

    def start(self) -> None:
        """Start what no address is given for."""
        if "DATABASE_URL" not in os.environ:
            postgres = cluster.start(self.folder, self.folder / "postgres.log")
            self.started.append(postgres)
            os.environ["DATABASE_URL"] = postgres.url
            os.environ[TEMPLATE] = cluster.MIGRATED
        if "REDIS_URL" not in os.environ:
            valkey = Valkey(self.folder / "valkey", self.folder / "broker", log=self.folder / "valkey.log", durable=False)
            self.started.append(valkey)
            valkey.start()
            os.environ["REDIS_URL"] = valkey.url
        os.environ.setdefault("VAR", str(self.folder / "var"))
        (Path(os.environ["VAR"]) / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns when there is none

    def stop(self) -> None:
        """Stop in reverse order and leave nothing behind."""
        for server in reversed(self.started):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """A wrapper runs before pytest-django's own hook, which reads the settings."""
    os.environ.update(SURROUNDINGS)
    if WORKER in os.environ:
        os.environ["REDIS_URL"] = own_databases(os.environ["REDIS_URL"], 1 + int(os.environ[WORKER].removeprefix("gw")))
    else:
        servers = ThrowawayServers()
        early_config.add_cleanup(servers.stop)
        servers.start()
    return (yield)


def own_databases(url: str, number: int) -> str:
    """Give each user of the embedded Valkey its own database, so that none takes another's tasks."""
    address, marker, _number = url.partition("?db=")
    return f"{address}?db={number}" if marker else url
