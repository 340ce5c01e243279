"""`manage.py up`: the whole portal in the foreground, from nothing to Ctrl-C.

It begins before Django has settings, because it makes the servers whose addresses the settings want.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

import environ

from assist_portal.running.prepared import BASE_DIR
from assist_portal.running.stack import Stack
from assist_portal.servers.places import Lock
from assist_portal.servers.processes import CannotStart, Child, command_line

RESTARTS_PER_MINUTE = 5  # at once; after that with a pause, so that a full disk is not made fuller
PAUSE_SECONDS = 5
LISTENS_EVERY_SECONDS = 5
SECONDS_TO_COME_BACK = 30
DEMO = """
  demo sign-ins, all with the password demo-assist-2026
    dana@northwind.example     customer: administrator       omar@northwind.example   customer: orders
    vera@northwind.example     customer: looks on            gina@globex.example      customer: in French
    carmen@assist.example      coordinator                   priya@assist.example     PM
    anton@assist.example       analyst                       admin@assist.example     administrator
"""


class Supervisor:
    """Starts the stack, restarts what falls over, stops everything when asked."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.stopping = threading.Event()
        self.restarts: defaultdict[str, list[float]] = defaultdict(list)
        self.began = self.listened = self.cured = time.monotonic()

    def run(self) -> None:
        """Return after Ctrl-C or a termination signal: what falls over once everything ran is started again for as long as it takes.

        :raises CannotStart: when something does not come up in the first place.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            self._watch()
        finally:
            say("stopping ...")
            self.stack.stop()
            say(f"stopped; the data stays in {self.stack.var}")

    def _start(self) -> None:
        steps = (
            ("starting PostgreSQL and Valkey ...", self.stack.start_servers),
            ("preparing the database ...", lambda: self.stack.prepare(interrupted=self.stopping.is_set)),
            ("loading the portal ...", self.stack.load),
            ("starting web, worker and beat ...", self.stack.start_services),
            ("waiting for the first heartbeat ...", lambda: self.stack.wait_until_ready(interrupted=self.stopping.is_set)),
        )
        for sentence, step in steps:
            if self.stopping.is_set():
                return
            say(sentence)
            step()
        self._record()
        if not self.stopping.is_set():
            self._tell_where_to_go()

    def _watch(self) -> None:
        while not self.stopping.wait(0.3):
            for child in [child for child in self.stack.children if child.exit_code is not None]:
                if self._is_due(child.name):
                    self._start_again(child)
            self._listen()

    def _start_again(self, child: Child) -> None:
        say(f"{child.name} ended with {child.exit_code}; starting it again")
        try:
            self.stack.start_again(child)
        except (CannotStart, OSError) as refusal:
            say(f"{refusal}\nit will be tried again")
        self._record()

    def _listen(self) -> None:
        """Kill worker and beat when they live but do nothing: a dead line to the broker can leave them deaf. They are started again.

        /readyz misses the heartbeat after a minute. Source: promises row 14
        """
        now = time.monotonic()
        if now - self.listened < LISTENS_EVERY_SECONDS:
            return
        self.listened = now
        if now - self.cured > SECONDS_TO_COME_BACK and self.stack.only_the_heartbeat_is_missing():
            say("no heartbeat; starting worker and beat again")
            self.cured = now
            for child in self.stack.children:
                if child.name in {"worker", "beat"}:
                    child.kill()

    def _is_due(self, name: str) -> bool:
        """Whether to start it again now."""
        now = time.monotonic()
        recent = [moment for moment in self.restarts[name] if now - moment < 60]
        is_due = len(recent) < RESTARTS_PER_MINUTE or now - recent[-1] >= PAUSE_SECONDS
        self.restarts[name] = [*recent, now] if is_due else recent
        return is_due

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _record(self) -> None:
        """For the next start on a system whose kernel does not stop orphans."""
        pids = "\n".join(f"{child.process.pid} {child.name}" for child in self.stack.children)
        with contextlib.suppress(OSError):  # a full disk stops nobody
            (self.stack.var / "run" / "pids").write_text(pids)

    def _tell_where_to_go(self) -> None:
        say(f"ready after {time.monotonic() - self.began:.1f} s")
        address = self.stack.web_address
        print(f"\n  the portal   {address}/\n  the mailbox  {address}/mailbox/\n  the logs     {self.stack.logs}")  # noqa: T201
        print(DEMO + "\n  Ctrl-C stops everything.\n", flush=True)  # noqa: T201


def stop_orphans(var: Path) -> None:
    """Stop the processes of a supervisor that was killed where no death signal exists. The servers look after themselves."""
    record = var / "run" / "pids"
    if not record.exists():
        return
    for pid in (int(line.split()[0]) for line in record.read_text().splitlines()):
        if str(BASE_DIR) in command_line(pid) or "assist_portal" in command_line(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    record.unlink()


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    print(sentence, flush=True)  # noqa: T201


def main() -> int:
    """Run until told to stop; 0 unless something failed."""
    environ.Env.read_env(BASE_DIR / ".env")
    var = Path(os.environ.get("VAR", BASE_DIR / "var")).resolve()
    try:
        lock = Lock(var / "up.lock")
        with lock.file:
            stop_orphans(var)
            Supervisor(Stack(var=var, port=int(os.environ.get("PORT", "8000")), given=dict(os.environ))).run()
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        return 1
    return 0
