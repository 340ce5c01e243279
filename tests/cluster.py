"""A PostgreSQL cluster with a migrated database in it, built once per state of the migrations and copied for each run.

Migrating takes ten seconds of a core, copying a fraction of one. The copy holds the database `portal_migrated`; test databases
and the running portal's are cloned from it, and pytest-django migrates the clone again, which then has nothing to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from assist_portal.servers.places import hand_over
from assist_portal.servers.postgres import Postgres
from assist_portal.servers.processes import CannotStart

BASE_DIR = Path(__file__).resolve().parents[1]
KEPT = BASE_DIR / ".pytest_cache" / "clusters"
SOURCES = ("*/migrations/*.py", "*/operations.py", "*/models.py", "*/models/*.py", "requirements/dev.txt", "assist_portal/servers/*.py")
MIGRATED = "portal_migrated"
FORGOTTEN_AFTER_SECONDS = 24 * 3600


def start(folder: Path, log: Path) -> Postgres:
    """Start a throwaway server on a copy of the migrated cluster; build that first when the migrations have changed."""
    try:
        kept = _kept_cluster()
    except PermissionError:  # somebody else's checkout: start from nothing
        kept = None
    server = Postgres(folder / "pg", folder / "run", log=log, durable=False)
    if kept is not None:
        _copy(kept, folder / "pg", server)
    server.start()
    if kept is None:
        _migrate(server)
    return server


def with_name(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _kept_cluster() -> Path:
    kept = KEPT / _digest()
    if not (kept / "PG_VERSION").exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        for older in KEPT.iterdir():
            if time.time() - older.stat().st_mtime > FORGOTTEN_AFTER_SECONDS:
                shutil.rmtree(older, ignore_errors=True)
        _build(kept)
    return kept


def _build(kept: Path) -> None:
    """Beside, then rename: two runs at once both build, and the second finds its work done."""
    print("preparing a migrated database for the tests ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="assist-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postgres(folder / "pg", folder / "run", log=folder / "log", durable=False)
        server.start()
        try:
            _migrate(server)
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


def _migrate(server: Postgres) -> None:
    url = with_name(server.url, MIGRATED)
    with closing(psycopg2.connect(server.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {MIGRATED}")
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
