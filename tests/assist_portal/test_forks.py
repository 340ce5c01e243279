import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assist_portal.running.prepared import BASE_DIR
from tests.portal import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere every process loads for itself")

FORK = """
import os, signal, sys, time
from pathlib import Path
from assist_portal.running.forks import Fork
from assist_portal.servers.forked import Forked
from assist_portal.servers.places import Lock
from assist_portal.servers.processes import CannotStart

def fork(*command, name="log"):
    return Fork(name, ("python", "-m", *command), log=Path(name), patience=5, death_signal=signal.SIGKILL)

def serving(name="log"):
    child = fork("http.server", "0", name=name)
    while not Path(name).exists() or b"HTTP" not in Path(name).read_bytes(): time.sleep(0.02)
    return child
"""


def told(program, folder, code=0):
    """What a process of its own says: nobody forks the tests."""
    ran = subprocess.run(
        [sys.executable, "-c", FORK + program],
        cwd=folder,
        env={"PYTHONPATH": str(BASE_DIR)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (code, "")
    return ran.stdout.split()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_becomes_what_python_makes_of_the_command(tmp_path):
    assert told("print(fork('calendar', '2027', '1').process.wait())", tmp_path) == ["0"]
    assert "January 2027" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("life", "code"), [("None", "0"), ("sys.exit(3)", "3"), ("sys.exit('no')", "1"), ("1 / 0", "1"), ("os.kill(os.getpid(), 9)", "-9")]
)
def test_its_end_is_told(tmp_path, life, code):
    program = f"os.dup2(os.open('log', os.O_CREAT | os.O_WRONLY), 2); print(Forked(lambda: {life}).wait())"
    assert told(program, tmp_path) == [code]
    assert ("ZeroDivisionError" in (tmp_path / "log").read_text()) == ("/" in life)


def test_it_stops_when_asked_and_its_session_when_killed(tmp_path):
    program = """
signal.signal(signal.SIGTERM, lambda *_: None)  # as the supervisor, whose answer is not the fork's
for end in ("stop", "kill"):
    child = serving(end)
    print(Path(f"/proc/{child.process.pid}/comm").read_text(), os.getsid(child.process.pid) == child.process.pid, getattr(child, end)())
os.setsid = lambda: time.sleep(60)
print(fork("http.server", "0").kill())  # before it has a session
"""
    assert told(program, tmp_path) == ["stop", "True", "-15", "kill", "True", "-9", "-9"]


def test_it_goes_with_a_parent_that_was_killed(tmp_path):
    program = """
print(serving().process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    (pid,) = told(program, tmp_path, code=-signal.SIGKILL)
    until(lambda: not is_alive(int(pid)))


def test_it_keeps_no_lock(tmp_path):
    program = """
lock = Lock(Path("up.lock"))
child = Forked(lambda: time.sleep(60))
try: Lock(Path("up.lock"))
except CannotStart: print("taken")
lock.file.close()
time.sleep(0.2)
Lock(Path("up.lock"))
print("free")
child.kill()
"""
    assert told(program, tmp_path) == ["taken", "free"]
