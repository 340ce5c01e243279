"""A copy of the whole database in one file, and a database made from such a file.

Both run as the portal's own ordinary role under the scope of everything, so they need no superuser and no machine of their own.
"""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2

from assist_portal.servers.postgres import binaries
from assist_portal.servers.processes import CannotStart

EVERYTHING = {"PGOPTIONS": "-c portal.scope=*"}  # without it row-level security would hide rows from the copy
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


class BackupFailed(Exception):
    """PostgreSQL's tool says why."""


class NotEmpty(Exception):
    """The database holds tables already."""


def back_up(database_url: str, file: Path, *, snapshot: str = "") -> None:
    """Write a consistent copy; an interrupted one leaves the former file alone. Work goes on meanwhile.

    `snapshot` is one that another transaction exported.

    :raises BackupFailed: with the tool's own words.
    """
    beside = file.with_name(file.name + ".part")
    as_of = [f"--snapshot={snapshot}"] if snapshot else []
    _run("pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges", *as_of, "--file", beside, database_url)
    beside.replace(file)


def restore(database_url: str, file: Path, *, replace: bool = False) -> None:
    """Fill an empty database from a copy: all of it or nothing. Every constraint is checked again while it is put back.

    :raises NotEmpty: when there are tables, unless they are to be replaced.
    :raises BackupFailed: with the tool's own words.
    """
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchone() != (0,):
            if not replace:
                raise NotEmpty
            cursor.execute(EMPTY)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    _run("pg_restore", *options, "--dbname", database_url, file)


def _run(tool: str, *arguments: str | Path) -> None:
    done = subprocess.run([_find(tool), *arguments], env={**os.environ, **EVERYTHING}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(done.stderr.strip())


def _find(tool: str) -> Path:
    """The tool of the embedded server, else the machine's own."""
    try:
        return binaries() / tool
    except CannotStart:
        found = shutil.which(tool)
        if found is None:
            raise BackupFailed(f"{tool} is not on this machine; install PostgreSQL's client programs.") from None
        return Path(found)
