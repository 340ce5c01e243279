"""The portal's servers and processes on one data folder, started in order and stopped in reverse."""

import json
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assist_portal.running.forks import Fork, load
from assist_portal.running.prepared import BASE_DIR, PreparedMark
from assist_portal.running.surroundings import HOST, fresh_metrics, is_taken, share, surroundings
from assist_portal.servers.postgres import Postgres
from assist_portal.servers.processes import LINUX, CannotStart, Child
from assist_portal.servers.valkey import Valkey

PYTHON = sys.executable
WEB_WORKER = ("--worker-class", "assist_portal.running.web.PatientWorker")
WEB = (*WEB_WORKER, "--workers", "2", "--threads", "4", "--graceful-timeout", "15", "--keep-alive", "30")
SERVERS = ("valkey", "postgres")  # started first, stopped last
SECONDS_UNTIL_READY = 90


@dataclass(frozen=True)
class Service:
    """One of our own processes: how it is started, and how long it may take to finish what it is doing."""

    name: str
    command: tuple[str, ...]
    patience: float
    death_signal: signal.Signals = signal.SIGTERM


class Stack:
    """Everything that answers for one data folder."""

    def __init__(self, *, var: Path, port: int, given: Mapping[str, str]) -> None:
        self.var, self.port = var.resolve(), port
        self.logs = self.var / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.environment = surroundings(given, var=self.var, port=port)
        self.children: list[Child] = []
        self.is_loaded = False
        self.servers: dict[str, Postgres | Valkey] = {}
        self.web_address = f"http://{HOST}:{port}"

    def start_servers(self) -> None:
        """Start the database and the broker, each only if no address was given.

        :raises CannotStart: when one does not come up.
        """
        if is_taken(self.port):
            raise CannotStart(f"Port {self.port} is taken; choose another with PORT=...")
        if "REDIS_URL" not in self.environment:
            valkey = Valkey(self.var / "valkey", self.var / "run" / "valkey", log=self.logs / "valkey.log")
            self._keep(valkey)
            self.environment["REDIS_URL"] = valkey.url
        if "DATABASE_URL" not in self.environment:
            postgres = Postgres(self.var / "pg", self.var / "run" / "pg", log=self.logs / "postgres.log")
            self._keep(postgres)
            self.environment["DATABASE_URL"] = postgres.url
        share(self.environment, self.var)

    def prepare(self, *options: str, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Bring the database up to the code, unless it is: one process for migrations, catalogue, demo data and checks.

        :raises CannotStart: with the end of its log.
        """
        mark = PreparedMark(self.var / "prepared", self.environment["DATABASE_URL"])
        if mark.holds():
            return
        log = self.logs / "prepare.log"
        log.unlink(missing_ok=True)
        child = Child("prepare", [PYTHON, "manage.py", "prepare", *options], log=log, environment=self.environment, folder=BASE_DIR)
        while child.exit_code is None:
            if interrupted():
                child.stop()
                return
            time.sleep(0.02)
        if child.exit_code:
            raise CannotStart(f"The database could not be prepared:\n{log.read_text(errors='replace')[-3000:]}")
        mark.set()

    def services(self) -> tuple[Service, ...]:
        """List our own processes in the order they start."""
        bind = f"{HOST}:{self.port}"
        web = (PYTHON, "-m", "gunicorn", "assist_portal.wsgi", "--bind", bind, "--no-control-socket", "--preload", *WEB)
        background = (PYTHON, "-m", "assist_portal.running.background")
        return (
            *self._mailbox(),
            *self._webex(),
            Service("web", web, patience=20),
            Service("worker", (*background, "worker"), patience=60),
            # Keeps nothing. Asked while its broker goes away, it once swallowed the request, and nobody is left to ask again.
            Service("beat", (*background, "beat"), patience=10, death_signal=signal.SIGKILL),
        )

    def load(self) -> None:
        """Load what our own processes have in common: from now on each is a fork of this one. Only Linux forks safely at any time."""
        if LINUX:
            load(self.environment)
            self.is_loaded = True

    def start_services(self) -> None:
        """Start the mailbox, the simulated Webex, web, worker and beat."""
        fresh_metrics(Path(self.environment["PROMETHEUS_MULTIPROC_DIR"]))
        for service in self.services():
            self.start_service(service)

    def start_service(self, service: Service) -> None:
        """Start one of them, for the first time or again."""
        name, command, log = service.name, service.command, self.logs / f"{service.name}.log"
        patience, death_signal = service.patience, service.death_signal
        child: Child
        if self.is_loaded:
            child = Fork(name, command, log=log, patience=patience, death_signal=death_signal)
        else:
            given = self.environment
            child = Child(name, command, log=log, patience=patience, death_signal=death_signal, environment=given, folder=BASE_DIR)
        self.children.append(child)

    def start_again(self, ended: Child) -> None:
        """Start what ended: one of our own processes, or a server on the same data and the same socket.

        What one of ours left behind ends first: orphans of a killed web server would keep its port.

        :raises CannotStart: when a server does not come up; what became of it takes its place.
        """
        if ended.name not in self.servers:
            ended.kill()
            self.start_service(next(service for service in self.services() if service.name == ended.name))
            self.children.remove(ended)  # only now: what could not be started is still there to be tried again
            return
        server = self.servers[ended.name]
        try:
            server.start()
        finally:
            place = self.children.index(ended)  # still before our own processes, which stop first
            self.children[place] = server.child or ended

    def only_the_heartbeat_is_missing(self) -> bool:
        """Whether database and broker are well but no worker has answered beat for a minute; False when the web process cannot say."""
        try:
            urllib.request.urlopen(f"{self.web_address}/readyz", timeout=5).close()  # noqa: S310 - our own loopback address
        except urllib.error.HTTPError as unwell:
            parts = json.load(unwell)
            return [part for part, state in parts.items() if part != "status" and state != "ok"] == ["heartbeat"]
        except OSError:
            return False
        return False

    def is_ready(self) -> bool:
        """Whether /readyz says yes: database, cache, broker and a heartbeat of beat through the worker."""
        try:
            with urllib.request.urlopen(f"{self.web_address}/readyz", timeout=5) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_until_ready(self, *, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Return when ready, or when interrupted.

        :raises CannotStart: when a process ends instead, or time runs out.
        """
        deadline = time.monotonic() + SECONDS_UNTIL_READY
        while not interrupted() and not self.is_ready():
            ended = [child for child in self.children if child.exit_code is not None]
            if ended or time.monotonic() > deadline:
                name = ended[0].name if ended else "web"
                end_of_log = (self.logs / f"{name}.log").read_text(errors="replace")[-3000:]
                raise CannotStart(f"The portal did not become ready. The end of {name}.log:\n{end_of_log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop our own processes together, then the servers: the worker finishes its task while the database is still there."""
        for child in reversed(self.children):
            if child.name not in SERVERS:
                child.ask_to_stop()
        while self.children:
            self.children.pop().stop()
        shutil.rmtree(self.environment["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)

    def _keep(self, server: Postgres | Valkey) -> None:
        server.start()
        if server.child:
            self.servers[server.child.name] = server
            self.children.append(server.child)

    def _mailbox(self) -> tuple[Service, ...]:
        """Only when the mail goes nowhere else."""
        if "MAILBOX_DIR" not in self.environment:
            return ()
        address = urlsplit(self.environment["EMAIL_URL"])
        command = (PYTHON, "-m", "assist_portal.mailbox.server", str(address.port), self.environment["MAILBOX_DIR"])
        return (Service("mailbox", command, patience=5),)

    def _webex(self) -> tuple[Service, ...]:
        """A simulated one, unless the portal shall talk to another."""
        if "WEBEX_SIMULATED" not in self.environment:
            return ()
        port = urlsplit(self.environment["WEBEX_BASE_URL"]).port
        command = (PYTHON, "-m", "webex.simulator", str(port), "--state", str(self.var / "webex.json"))
        return (Service("webex", command, patience=5),)
