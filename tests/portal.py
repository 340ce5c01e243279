"""The running portal for tests: gunicorn, worker, beat and mailbox, started by the supervisor's own building blocks.

It has a database of its own beside the test database. A test that takes the fixture `portal` works on that database, makes its
own data and leaves it there: nothing is rolled back, because other processes must see it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from assist_portal.mailbox.messages import Letter, newest_letters
from assist_portal.running.stack import Stack
from assist_portal.running.surroundings import free_port
from tests.cluster import with_name
from tests.plugin import TEMPLATE, WORKER

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
UNHURRIED = {"API_CALLS_PER_MINUTE": "1000000000", "API_BAD_KEYS_PER_MINUTE": "1000000000"}  # a test calls more than a customer's program
OWN = {"EMAIL_URL", "PORTAL_URL", "REDIS_URL", "WEBEX_BASE_URL"}  # the portal brings mailbox, Valkey and simulated Webex of its own


@dataclass(frozen=True)
class Portal:
    """Where it answers, and the folder it lives in."""

    stack: Stack
    database: str

    @property
    def address(self) -> str:
        """Without a slash at the end."""
        return self.stack.web_address

    def letters(self, *, to: str = "", subject: str = "") -> list[Letter]:
        """What the mailbox holds for somebody, newest first."""
        folder = Path(self.stack.environment["MAILBOX_DIR"])
        return [each for each in newest_letters(folder) if to in each.to and subject in each.subject]

    def wait_for_letter(self, *, to: str, subject: str = "", seconds: float = 30) -> Letter:
        """Wait until the outbox has delivered it."""
        return until(lambda: self.letters(to=to, subject=subject), seconds=seconds)[0]

    def cookies_of(self, user: Any) -> list[dict[str, Any]]:
        """Sign a person in without the pages for it: cookies for a browser's context."""
        return cookies_of(user, self.address)


def cookies_of(user: Any, address: str) -> list[dict[str, Any]]:
    """Begin a session for a person on the database we are connected to, and give the cookies that open it at the address."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address, "httpOnly": True}]


def until(question: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Ask again and again until the answer is true; the failure shows the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.1)
    return answer


@pytest.fixture(scope="session")
def running_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal per test process, started when the first test asks."""
    number = int(os.environ.get(WORKER, "gw0").removeprefix("gw"))
    database = f"running_{number}"
    make_database(database)
    given = {name: value for name, value in os.environ.items() if name not in OWN} | UNHURRIED
    given["DATABASE_URL"] = with_name(os.environ["DATABASE_URL"], database)
    stack = Stack(var=tmp_path_factory.mktemp("portal"), port=free_port(), given=given)
    try:
        stack.start_servers()
        stack.prepare("--no-demo")
        stack.start_services()
        stack.wait_until_ready()
        yield Portal(stack, database)
    finally:
        stack.stop()


@pytest.fixture
def portal(running_portal: Portal, django_db_blocker: Any) -> Iterator[Portal]:
    """The running portal, with Django's connection of this test on its database. Not together with `db`."""
    with django_db_blocker.unblock(), connected_to(NAME=running_portal.database):
        yield running_portal


@contextmanager
def connected_to(**where: str) -> Iterator[None]:
    """Django's connection on another database (NAME) or server (HOST). Threads started meanwhile connect there too."""
    before = {name: connection.settings_dict[name] for name in where}
    connection.close()
    connection.settings_dict.update(where)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def make_database(name: str) -> None:
    with closing(psycopg2.connect(with_name(os.environ["DATABASE_URL"], "postgres"))) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            template = os.environ.get(TEMPLATE)
            cursor.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
