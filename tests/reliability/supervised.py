"""The whole portal under its real supervisor, on a PostgreSQL and a Valkey of its own that anybody may kill."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from assist_portal.running.prepared import BASE_DIR
from assist_portal.running.surroundings import free_port
from tests import cluster
from tests.portal import connected_to, cookies_of, until
from tests.sinks import MailSink

OWN = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORTAL_URL", "VAR", "PORT"}


@dataclass
class Supervised:
    """Where it answers, what it sends, and how to hurt it."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]
    sink: MailSink
    log: Path
    kills: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said()[-3000:]
        try:
            urllib.request.urlopen(f"{self.address}/readyz", timeout=5).close()
        except urllib.error.HTTPError as unwell:
            unwell.close()
            return False
        except OSError:
            return False
        return True

    def masters(self) -> dict[str, int]:
        """The pid of each process the supervisor started."""
        lines = (line.split() for line in (self.var / "run" / "pids").read_text().splitlines())
        return {name: int(pid) for pid, name in lines if _is_running(int(pid))}

    def workers_of(self, name: str) -> list[int]:
        """The processes that one of them has started."""
        master = self.masters().get(name)
        return [] if master is None else [pid for pid in _pids() if _parent(pid) == master]

    def postgres(self) -> int:
        """The pid of its PostgreSQL, also where nothing can be written down."""
        return next(pid for pid in descendants(self.process.pid) if Path(f"/proc/{pid}/comm").read_text() == "postgres\n")

    def said(self) -> str:
        """What the supervisor told."""
        return self.log.read_text()

    def kill(self, name: str, *, number: int = signal.SIGKILL) -> None:
        """`web` and the like, or `web/child` for one of its processes."""
        master, _slash, child = name.partition("/")
        pid: int = until(lambda: next(iter(self.workers_of(master)), 0) if child else self.masters().get(master, 0), seconds=30)
        os.kill(pid, number)
        self.kills.append(name)

    def empty_the_broker(self) -> None:
        """Everything it held is gone, on disk too."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.var / "run" / "valkey" / "valkey.sock"))
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(16).startswith(b"+OK")

    def cookies_of(self, user: Any) -> list[dict[str, Any]]:
        return cookies_of(user, self.address)

    @contextmanager
    def database(self) -> Iterator[None]:
        """Django's connection on its database."""
        with connected_to(HOST=str(self.var / "run" / "pg"), NAME="portal"):
            yield


@dataclass
class Killer:
    """Kills one process after the other from a thread, at random, but waits until the portal is ready again in between."""

    portal: Supervised
    victims: tuple[str, ...]
    kills: int
    seed: int = 1
    failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._thread.join()
        if self.failure:
            raise self.failure

    @property
    def is_busy(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        chance = random.Random(self.seed)
        try:
            for _number in range(self.kills):
                time.sleep(chance.uniform(0.2, 1.5))
                self.portal.kill(chance.choice(self.victims))
                time.sleep(0.5)
                until(self.portal.is_ready, seconds=120)
        except BaseException as failure:  # noqa: BLE001 - raised again by who waits for us
            self.failure = failure


@contextmanager
def supervised(*, disk: int = 0, **more: str) -> Iterator[Supervised]:
    """On a migrated database, without demo data, its mail to a sink; stopped afterwards and gone. More of its environment may be given.

    With `disk` its folder is a file system of its own of so many megabytes, which nobody else sees.
    """
    folder = Path(tempfile.mkdtemp(prefix="assist-up-"))
    folder.chmod(0o755)
    (folder / "demo_made").touch()
    cluster.lay(folder)
    sink, port = MailSink(), free_port()
    sink.start()
    given = {name: value for name, value in os.environ.items() if name not in OWN}
    mine: dict[str, Any] = {"EMAIL_URL": sink.url, "OLDEST_HEARTBEAT_SECONDS": "20"} | more
    try:
        with up(folder, port, given | mine, within=_disk(folder, disk) if disk else ()) as process:
            var = Path(f"/proc/{process.pid}/root{folder}") if disk else folder
            portal = Supervised(var, port, process, sink, folder / "up.log")
            until(lambda: (var / "run" / "pids").exists() and portal.is_ready(), seconds=180)
            yield portal
    finally:
        sink.close()
        shutil.rmtree(folder, ignore_errors=True)


def has_disks() -> bool:
    """Whether this machine lets us have a file system of our own."""
    return subprocess.run([*_mounts(), "mount", "-t", "tmpfs", "none", "/tmp"], check=False, capture_output=True).returncode == 0


def _disk(folder: Path, megabytes: int) -> list[str]:
    """Run a command where a file system of this size, with a copy of what is in the folder, lies over the folder."""
    script = """
        mkdir "$2.laid" && mount --bind "$2" "$2.laid" && mount -t tmpfs -o "size=$1m,mode=755" none "$2" && cp -a "$2.laid/." "$2" &&
        umount "$2.laid" && rmdir "$2.laid" && shift 2 && exec "$@" """
    return [*_mounts(), "sh", "-ec", script, "sh", str(megabytes), str(folder)]


def _mounts() -> list[str]:
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


@contextmanager
def up(folder: Path, port: int, environment: dict[str, str], *, within: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py up` on a folder, which may hold data already, not ready yet; stopped afterwards. `within` starts it otherwise."""
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*within, sys.executable, "manage.py", "up"],
            cwd=BASE_DIR,
            env=environment | {"VAR": str(folder), "PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


def descendants(pid: int) -> list[int]:
    """The process and everything it has started, directly or not."""
    parents = {each: _parent(each) for each in _pids()}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _is_running(pid: int) -> bool:
    """Whether it is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
