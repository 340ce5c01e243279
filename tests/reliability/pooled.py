"""PgBouncer in transaction mode before the tests' PostgreSQL, and the portal behind it as it runs on several machines."""

import os
import pwd
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from assist_portal.running.stack import Service, Stack
from assist_portal.running.surroundings import HOST, free_port
from assist_portal.servers.postgres import NAMESPACE
from assist_portal.servers.processes import OURSELVES, Child, Identity

MISSING = "The program pgbouncer is missing: install the package pgbouncer (on Debian: apt-get install pgbouncer)."
SERVERS = 10  # connections to PostgreSQL, for 2 webs x 2 processes x 4 threads and 3 workers x 2 processes
# The settings that docs/scaling.md names. `any` asks for no password, as the tests' PostgreSQL does.
CONFIGURATION = """
[databases]
{name} = {server}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 1000
query_wait_timeout = 120
server_idle_timeout = 0
"""


@dataclass(frozen=True)
class Pool:
    """Where it answers for one database."""

    url: str
    servers: int

    def scopes(self) -> dict[int, str]:
        """What every connection to PostgreSQL holds as `portal.scope` between two transactions, by the server's process.

        As many transactions as there are connections each pin one, so none is left out.
        """
        with ExitStack() as open_ones:
            return dict(_pinned(self.url, open_ones) for _number in range(self.servers))

    def cut(self, scope: str) -> None:
        """Die in the middle of a transaction that has a scope: the line goes dead, and nobody says goodbye."""
        with closing(psycopg2.connect(self.url)) as client:
            client.cursor().execute("SELECT set_config('portal.scope', %s, true), pg_sleep(0)", [scope])
            with socket.fromfd(client.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
                line.shutdown(socket.SHUT_RDWR)

    def run(self, statement: str) -> None:
        """One transaction of a client that comes and goes."""
        with closing(psycopg2.connect(self.url)) as client, client, client.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def pgbouncer(database_url: str, *, servers: int = SERVERS) -> Iterator[Pool]:
    """A pool before this database, on loopback."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer") or pytest.fail(MISSING, pytrace=False)
    address, port, folder = parse_dsn(database_url), free_port(), Path(tempfile.mkdtemp(prefix="assist-pool-"))
    identity = _servant(address.get("host", ""))
    configuration = folder / "pgbouncer.ini"
    server = " ".join(f"{name}={value}" for name, value in address.items())
    configuration.write_text(CONFIGURATION.format(name=address["dbname"], server=server, host=HOST, port=port, servers=servers))
    for path in (folder, configuration):
        os.chown(path, -1 if identity.uid is None else identity.uid, -1)
    child = Child("pgbouncer", [program, configuration], log=folder / "pgbouncer.log", patience=10, identity=identity)
    pool = Pool(f"postgres://{address['user']}@{HOST}:{port}/{address['dbname']}", servers)
    try:
        _wait_for(pool, folder / "pgbouncer.log")
        yield pool
    finally:
        child.kill()  # asked politely, it waits for its clients
        shutil.rmtree(folder)


class Several(Stack):
    """Two web servers, three workers, and a second beat by mistake."""

    second_port = 0

    @property
    def webs(self) -> list[str]:
        return [self.web_address, f"http://{HOST}:{self.second_port}"]

    def services(self) -> tuple[Service, ...]:
        self.second_port = self.second_port or free_port()
        *others, web, worker, beat = super().services()
        elsewhere = tuple(word.replace(f"{HOST}:{self.port}", f"{HOST}:{self.second_port}") for word in web.command)
        workers = (replace(worker, name=f"worker-{n}", command=(*worker.command, "--hostname", f"worker-{n}@%h")) for n in (1, 2, 3))
        return (
            *others,
            web,
            replace(web, name="web-2", command=elsewhere),
            *workers,
            replace(beat, name="beat-1"),
            replace(beat, name="beat-2"),
        )

    def start_beats_again(self) -> None:
        """Both at the same moment: each asks for every sweep at once."""
        beats = [child for child in self.children if child.name.startswith("beat")]
        for child in beats:
            child.kill()
        for child in beats:
            self.start_again(child)

    def log_lines(self, name: str) -> list[str]:
        """What all processes of a kind have written."""
        return [line for file in sorted(self.logs.glob(f"{name}*.log")) for line in file.read_text(errors="replace").splitlines()]


def _pinned(url: str, open_ones: ExitStack) -> tuple[int, str]:
    """A transaction that is left open: its connection serves nobody else. It ends properly, or PgBouncer would give the connection up."""
    client = open_ones.enter_context(closing(psycopg2.connect(url)))
    cursor = open_ones.enter_context(client).cursor()
    cursor.execute("SELECT pg_backend_pid(), coalesce(current_setting('portal.scope', true), '')")
    pid, scope = cursor.fetchone() or (0, "")
    return pid, scope


def _servant(host: str) -> Identity:
    """It refuses to run as root; who owns PostgreSQL's socket may use it."""
    if os.geteuid() != 0:
        return OURSELVES
    owner = Path(host).stat().st_uid if host.startswith("/") else pwd.getpwnam("nobody").pw_uid
    return Identity(uid=owner, gid=pwd.getpwuid(owner).pw_gid) if owner else Identity(prefix=NAMESPACE)


def _wait_for(pool: Pool, log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            pool.run("SELECT 1")
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
