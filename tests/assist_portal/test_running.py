"""`manage.py up`: starts from nothing, restarts what falls over, stops in order, and takes everything along when killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assist_portal.running import surroundings as surroundings_of
from assist_portal.running.prepared import BASE_DIR, PreparedMark
from assist_portal.running.surroundings import free_port, surroundings
from tests.cluster import open_folder
from tests.portal import until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]


class Up:
    """One supervisor in a process of its own."""

    def __init__(self, var, port):
        self.var, self.port = var, port
        mine = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self.log = var / f"up-{time.monotonic_ns()}.txt"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE_DIR,
                env={**mine, "VAR": str(var), "PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self):
        return self.log.read_text()

    def is_ready(self):
        assert self.process.poll() is None, self.said()
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def children(self):
        return [int(line.split()[0]) for line in (self.var / "run" / "pids").read_text().splitlines()]

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(60)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def up():
    started = []
    with open_folder() as var:

        def start(port=None):
            started.append(Up(var, port or free_port()))
            return started[-1]

        yield start
        for each in started:
            if each.process.poll() is None:
                each.stop()
        shutil.rmtree(surroundings_of.metrics_folder(var), ignore_errors=True)  # of the one that was killed


def test_a_life(up):
    """From nothing to ready; what falls over comes back, the servers too; a second supervisor is refused; Ctrl-C ends it all with 0."""
    first = up()
    until(first.is_ready, seconds=120)
    until(lambda: "ready after" in first.said())

    second = up()
    assert second.process.wait(30) == 1
    assert "already runs" in second.said()

    *_, worker, beat = first.children()
    os.kill(worker, signal.SIGKILL)
    until(lambda: len(first.children()) == 7 and worker not in first.children(), seconds=30)
    assert beat in first.children()

    for place in (0, 1):  # Valkey, PostgreSQL
        server = first.children()[place]
        os.kill(server, signal.SIGKILL)
        until(lambda place=place, server=server: len(first.children()) == 7 and first.children()[place] != server, seconds=60)
    until(first.is_ready, seconds=60)

    data = first.var / "pg"
    data.chmod(0o777)  # PostgreSQL refuses to start on it
    os.kill(first.children()[1], signal.SIGKILL)
    until(lambda: first.said().count("it will be tried again") > 5, seconds=60)
    data.chmod(0o700)
    until(first.is_ready, seconds=60)
    children = first.children()

    began = time.monotonic()
    assert first.stop() == 0
    assert time.monotonic() - began < 30
    assert [pid for pid in children if is_alive(pid)] == []

    again = up(first.port)
    until(again.is_ready, seconds=60)
    assert not (first.var / "log" / "prepare.log").read_text().count("Traceback")
    until(lambda: "ready after" in again.said())
    children = again.children()
    os.kill(again.process.pid, signal.SIGKILL)
    again.process.wait()
    if sys.platform.startswith("linux"):
        until(lambda: not any(is_alive(pid) for pid in children), seconds=90)


def test_a_taken_port_is_told(up):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = up(other.getsockname()[1])
        assert refused.process.wait(30) == 1
        assert "is taken; choose another with PORT=" in refused.said()


def test_what_was_given_wins(tmp_path):
    given = {"EMAIL_URL": "smtp://mail.example", "SECRET_KEY": "mine", "DEVELOPMENT": "false"}
    environment = surroundings(given, var=tmp_path, port=8000)
    assert {name: environment[name] for name in given} == given
    assert "MAILBOX_DIR" not in environment


def test_the_key_is_made_once(tmp_path):
    first = surroundings({}, var=tmp_path, port=8000)["SECRET_KEY"]
    assert len(first) >= 50
    assert surroundings({}, var=tmp_path, port=8000)["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_empty_database_is_never_taken_for_prepared(tmp_path):
    mark = PreparedMark(tmp_path / "prepared", os.environ["DATABASE_URL"])
    assert not mark.holds()
    mark.set()
    assert mark.holds()


def test_metrics_lie_in_memory_but_in_nobody_else_s_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(surroundings_of, "MEMORY", tmp_path)
    ours = surroundings_of.metrics_folder(tmp_path / "var")
    assert ours.parent == tmp_path
    ours.symlink_to(tmp_path)  # put there by somebody else, to where we may write
    monkeypatch.setattr(os, "geteuid", lambda: ours.lstat().st_uid + 1)
    assert surroundings_of.metrics_folder(tmp_path / "var") == tmp_path / "var" / "run" / "metrics"
