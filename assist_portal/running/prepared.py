"""Remember that a database fits the code, so that a later start need not ask Django, which takes seconds."""

import hashlib
from contextlib import closing
from pathlib import Path

import psycopg2

BASE_DIR = Path(__file__).resolve().parents[2]
SOURCES = ("*/migrations/*.py", "catalog/*.yaml", "requirements/base.txt", "static/**/*", "assist_portal/settings.py")
APPLIED = "SELECT count(*), max(id), max(applied) FROM django_migrations"


class PreparedMark:
    """A file that names the sources and the migrations that were there when the database was last prepared."""

    def __init__(self, path: Path, database_url: str) -> None:
        self.path, self.database_url = path, database_url

    def holds(self) -> bool:
        """Whether nothing has changed since, on either side."""
        return self.path.exists() and self.path.read_text() == self._state()

    def set(self) -> None:
        """Say that the database fits the code as both are now."""
        self.path.write_text(self._state())

    def _state(self) -> str:
        return f"{_sources()} {self._migrations()}"

    def _migrations(self) -> str:
        """Nothing in an empty database, and for one that somebody migrated elsewhere something else."""
        with closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
            try:
                cursor.execute(APPLIED)
            except psycopg2.errors.UndefinedTable:
                return "empty"
            return repr(cursor.fetchone())


def _sources() -> str:
    """Names, sizes and times of change are enough: a false alarm costs seconds, and git changes all three."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in BASE_DIR.glob(pattern)):
        facts = path.stat()
        digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
