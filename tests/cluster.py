"""A PostgreSQL cluster with a migrated database in it, built once per state of the migrations and copied for each run.

Migrating takes ten seconds of a core, copying a fraction of one. The copy holds the database `portal_migrated`; test databases
and the running portal's are cloned from it, and pytest-django migrates the clone again, which then has nothing to do. The database
`portal` is a clone too: that of a supervisor on a copy of the cluster.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from assist_portal.servers.places import hand_over
from assist_portal.servers.postgres import DATABASE, Postgres
from assist_portal.servers.processes import CannotStart

BASE_DIR = Path(__file__).resolve().parents[1]
KEPT = BASE_DIR / ".pytest_cache" / "clusters"
SOURCES = (
    "*/migrations/*.py",
    "*/operations.py",
    "*/models.py",
    "*/models/*.py",
    "requirements/dev.txt",
    "assist_portal/servers/*.py",
    "tests/cluster.py",
)
MIGRATED = "portal_migrated"
FORGOTTEN_AFTER_SECONDS = 24 * 3600


def start(folder: Path, log: Path) -> Postgres:
    """Start a throwaway server on a copy of the migrated cluster; build that first when the migrations have changed."""
    kept = _kept_cluster()
    server = Postgres(folder / "pg", folder / "run", log=log, durable=False)
    if kept is not None:
        _copy(kept, folder / "pg", server)
    server.start()
    if kept is None:
        _migrate(server)
    return server


@contextmanager
def open_folder() -> Iterator[Path]:
    """For a server that under root runs as another user, who must get in. Pytest's own folders are closed whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="assist-open-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def lay(var: Path) -> None:
    """Put a copy where `manage.py up` keeps its cluster on this folder, so that its start need not migrate."""
    if kept := _kept_cluster():
        _copy(kept, var / "pg", Postgres(var / "pg", var / "run" / "pg", log=var / "log" / "postgres.log"))


def with_name(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _kept_cluster() -> Path | None:
    """None in somebody else's checkout: then each starts from nothing."""
    kept = KEPT / _digest()
    try:
        if not (kept / "PG_VERSION").exists():
            KEPT.mkdir(parents=True, exist_ok=True)
            for older in KEPT.iterdir():
                if time.time() - older.stat().st_mtime > FORGOTTEN_AFTER_SECONDS:
                    shutil.rmtree(older, ignore_errors=True)
            _build(kept)
    except PermissionError:
        return None
    return kept


def _build(kept: Path) -> None:
    """Beside, then rename: two runs at once both build, and the second finds its work done."""
    print("preparing a migrated database for the tests ...", file=sys.stderr)
    with open_folder() as folder:
        server = Postgres(folder / "pg", folder / "run", log=folder / "log", durable=False)
        server.start()
        try:
            _migrate(server)
            _clone(server)
        finally:
            server.stop()
        beside = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copytree(folder / "pg", beside, copy_function=shutil.copy)
        try:
            beside.rename(kept)
        except OSError:
            shutil.rmtree(beside)


def _copy(kept: Path, data: Path, server: Postgres) -> None:
    shutil.copytree(kept, data, copy_function=shutil.copy)
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if server.identity.uid is not None:
            os.chown(path, server.identity.uid, server.identity.gid or -1)
    hand_over(data, server.identity)


def _clone(server: Postgres) -> None:
    _execute(server, f"DROP DATABASE {DATABASE}", f"CREATE DATABASE {DATABASE} TEMPLATE {MIGRATED}")


def _execute(server: Postgres, *statements: str) -> None:
    with closing(psycopg2.connect(with_name(server.url, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _migrate(server: Postgres) -> None:
    url = with_name(server.url, MIGRATED)
    _execute(server, f"CREATE DATABASE {MIGRATED}")
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": "unix:///nowhere/valkey.sock?db=0"}
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"The migrations failed:\n{done.stderr}")


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in BASE_DIR.glob(pattern)):
        digest.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
