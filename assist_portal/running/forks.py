"""Our own processes as forks of the supervisor, so that what they have in common lies in memory once (docs/adr/0017).

Each becomes what `python -m MODULE ARGUMENTS` is, which is how production starts it.
"""

import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from assist_portal.collector import share_what_is_loaded
from assist_portal.running.prepared import BASE_DIR
from assist_portal.servers.forked import Forked
from assist_portal.servers.processes import Child, die_with

LOADED = (
    "assist_portal.beat",
    "assist_portal.mailbox.server",
    "assist_portal.running.web",
    "assist_portal.urls",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "cffi.cparser",  # billiard asks for it in each process it makes
    "gunicorn.app.wsgiapp",
    "kombu.transport.redis",
    "webex.simulator.server",
)


def load(environment: Mapping[str, str]) -> None:
    """Load all that is large, with the settings for this environment; that opens no line to a server and starts no thread."""
    os.environ.update(environment)
    import_module("django").setup()
    import_module("assist_portal.celery").app.loader.import_default_modules()
    for module in LOADED:
        import_module(module)
    share_what_is_loaded()


class Fork(Child):
    """A process of ours that begins with all of it; the command is `python -m MODULE ARGUMENTS`. For Linux."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, patience: float, death_signal: signal.Signals) -> None:
        self.name, self.stop_signal, self.patience = name, signal.SIGTERM, patience
        self.asked = False
        dies = die_with(os.getpid(), death_signal)

        def live() -> None:
            _leave_the_supervisor(name, log)
            dies()
            _run(command)

        self.process = Forked(live)


def _leave_the_supervisor(name: str, log: Path) -> None:
    """Take nothing along: its answers to signals, its terminal, its folder and its name."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for place in (1, 2):
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), place)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it was made for a terminal, or for somebody's pipe
    os.chdir(BASE_DIR)
    Path("/proc/self/comm").write_text(name)


def _run(command: Sequence[str]) -> None:
    _python, _m, module, *arguments = command
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
