"""The embedded servers: an ordinary role, an orphan, a stale pid, a path that is too long."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from assist_portal.addresses import BrokerAddress
from assist_portal.servers.places import Lock, socket_folder
from assist_portal.servers.postgres import ROLE, Postgres
from assist_portal.servers.processes import CannotStart
from assist_portal.servers.valkey import Valkey
from tests.cluster import open_folder


@pytest.fixture
def folder():
    with open_folder() as path:
        yield path


@pytest.fixture
def postgres(folder):
    server = Postgres(folder / "pg", folder / "run", log=folder / "postgres.log", durable=False)
    server.start()
    yield server
    server.stop()


def ask(server, sql):
    connection = psycopg2.connect(host=str(server.sockets), user=ROLE, dbname="portal")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()
    finally:
        connection.close()


def test_the_portals_role_is_ordinary_and_owns_its_database(postgres):
    assert ask(postgres, "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user") == (False, False, True)
    assert ask(postgres, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'") == (ROLE,)


def test_a_second_start_keeps_the_data_and_stops_an_orphan(postgres, folder):
    ask(postgres, "SELECT version()")
    first = postgres.child.process
    again = Postgres(folder / "pg", folder / "run", log=folder / "postgres.log", durable=False)
    again.start()
    try:
        assert first.wait(10) == 0
        assert ask(again, "SELECT 1") == (1,)
    finally:
        again.stop()


def test_a_pid_file_that_names_another_program_does_not_keep_it_from_starting(postgres, folder):
    postgres.stop()
    (folder / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'pg'}\n")
    postgres.start()
    assert ask(postgres, "SELECT 1") == (1,)


def test_half_a_cluster_is_thrown_away(folder):
    (folder / "pg.new").mkdir()
    (folder / "pg.new" / "PG_VERSION").write_text("18")
    server = Postgres(folder / "pg", folder / "run", log=folder / "postgres.log", durable=False)
    server.start()
    server.stop()
    assert not (folder / "pg.new").exists()


def test_valkey_keeps_its_tasks_over_a_restart(folder):
    server = Valkey(folder / "valkey", folder / "broker", log=folder / "valkey.log")
    server.start()
    server._ask(b"SET task waiting")
    server.stop()
    server.start()
    assert server._ask(b"GET task") == b"$7\r\nwaiting\r\n"
    server.stop()


def test_a_socket_path_that_is_too_long_moves_to_a_private_folder(tmp_path):
    short = socket_folder(tmp_path / ("x" * 120), "valkey.sock")
    try:
        assert len(os.fsencode(short)) < 60
        assert short.stat().st_mode & 0o777 == 0o700
    finally:
        short.rmdir()


def test_one_supervisor_per_folder(tmp_path):
    lock = Lock(tmp_path / "up.lock")
    with pytest.raises(CannotStart, match=f"process {os.getpid()}"):
        Lock(tmp_path / "up.lock")
    lock.file.close()
    Lock(tmp_path / "up.lock").file.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the death signal is Linux's")
def test_children_go_with_a_parent_that_was_killed(tmp_path):
    program = (
        "import os, pathlib, signal, sys; from assist_portal.servers.processes import Child;"
        "child = Child('sleeper', ['sleep', '60']); print(child.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    pid = int(told.stdout)
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        __import__("time").sleep(0.02)
    pytest.fail("the child outlived its parent")


@pytest.mark.parametrize(
    ("url", "celery", "client"),
    [
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3", "unix:///run/v.sock?db=3"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=0"),
        ("redis://:secret@redis:6379/2", "redis://:secret@redis:6379/2", "redis://:secret@redis:6379/2"),
    ],
)
def test_the_broker_is_spelled_for_each_library(url, celery, client):
    assert BrokerAddress.of(url) == BrokerAddress(celery=celery, client=client)
