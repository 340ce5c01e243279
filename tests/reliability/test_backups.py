"""A backup taken while orders come in becomes the same database again: promises row 19."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extras import DictCursor

from assist_portal.running.backups import BackupFailed, NotEmpty, back_up, restore
from tests.cluster import with_name
from tests.reliability.figures import row, size
from tests.reliability.stage import DAY, Stage

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

ORDERS = size(6, 300)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, contype::text FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND convalidated ORDER BY 1, 2
"""  # not their text: PostgreSQL writes a cast of a cast the second time
WALLS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity ORDER BY 1"


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Sees everything."""
    with closing(psycopg2.connect(url, options="-c portal.scope=*", cursor_factory=DictCursor)) as connection:
        yield connection


def rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [tuple(each) for each in cursor.fetchall()]


def checksums(connection: Any) -> dict[str, tuple[Any, ...]]:
    """Table to how many rows it has and what they say."""
    summed = "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
    return {name: rows(connection, summed.format(f'"{name}"'))[0] for (name,) in rows(connection, TABLES)}


@pytest.fixture
def other_database(portal: Any) -> Iterator[str]:
    """An empty one of the same server."""
    address = with_name(portal.stack.environment["DATABASE_URL"], "postgres")
    name = f"{portal.database}_restored"
    with closing(psycopg2.connect(address)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            yield with_name(address, name)
            cursor.execute(f"DROP DATABASE {name}")  # FORCE may not end an autovacuum; without it PostgreSQL sends it away


def test_a_backup_under_load_restores(set_stage: Callable[..., Stage], other_database: str, tmp_path: Path) -> None:
    stage, file, stop = set_stage(2, people=2), tmp_path / "backup", threading.Event()
    url = stage.portal.stack.environment["DATABASE_URL"]
    programs, placed = stage.programs(2), []

    def keep_ordering() -> None:
        for day in range(ORDERS):
            if stop.is_set():
                return
            placed.append(programs[day % 2].order(stage.at + day * DAY).status_code)

    crowd = threading.Thread(target=keep_ordering)
    with row(19, "a backup under load, restored", n=ORDERS) as counts, connected(url) as source:
        source.set_session(isolation_level="REPEATABLE READ", readonly=True)
        crowd.start()
        while not placed:
            time.sleep(0.01)
        ((snapshot,),) = rows(source, "SELECT pg_export_snapshot()")
        began = time.monotonic()
        back_up(url, file, snapshot=snapshot)
        seconds = {"backup_seconds": round(time.monotonic() - began, 1)}
        before = checksums(source)
        stop.set()
        crowd.join()
        began = time.monotonic()
        restore(other_database, file)
        seconds["restore_seconds"] = round(time.monotonic() - began, 1)
        with connected(other_database) as restored:
            assert checksums(restored) == before
            for question in (CONSTRAINTS, WALLS):
                assert rows(restored, question) == rows(source, question) != []
        assert before["orders_order"][0] > 0
        counts |= {"wins": len(before), "losses": 0, "lost_after_backup": 0, **seconds}
    assert set(placed) == {201}


def test_a_lost_row_would_be_seen(set_stage: Callable[..., Stage], other_database: str, tmp_path: Path) -> None:
    """The control."""
    stage = set_stage(1)
    assert stage.programs(1)[0].order(stage.at).status_code == 201
    url = stage.portal.stack.environment["DATABASE_URL"]
    back_up(url, tmp_path / "backup")
    restore(other_database, tmp_path / "backup")
    with connected(other_database) as restored:
        before = checksums(restored)
        rows(restored, "DELETE FROM orders_orderday WHERE id = (SELECT max(id) FROM orders_orderday) RETURNING 1")
        assert checksums(restored) != before


def test_a_backup_takes_no_ones_place(set_stage: Callable[..., Stage], other_database: str, tmp_path: Path) -> None:
    url = set_stage(1).portal.stack.environment["DATABASE_URL"]
    back_up(url, tmp_path / "backup")
    with pytest.raises(NotEmpty):
        restore(url, tmp_path / "backup")
    (tmp_path / "half").write_bytes((tmp_path / "backup").read_bytes()[:-2000])
    with pytest.raises(BackupFailed):
        restore(other_database, tmp_path / "half")
    with connected(other_database) as restored:
        assert rows(restored, TABLES) == []
    restore(other_database, tmp_path / "backup")
    restore(other_database, tmp_path / "backup", replace=True)
