"""A child process that never outlives its parent and is asked politely before it is made to stop."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assist_portal.servers.forked import Forked

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A server did not come up; the text says what to do about it."""


@dataclass(frozen=True)
class Identity:
    """Who a program runs as: ourselves, another user, or root hidden behind a user namespace."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, *command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Wait for a short program.

        :raises CannotStart: with what it printed, when `check` and it failed.
        """
        finished = subprocess.run(
            [*self.prefix, *map(str, command)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.uid,
            group=self.gid,
            extra_groups=self.other_groups,
            check=False,
        )
        if check and finished.returncode:
            raise CannotStart(f"{Path(command[0]).name} failed:\n{finished.stdout}")
        return finished

    @property
    def other_groups(self) -> list[int] | None:
        """Root's own groups are dropped together with its uid."""
        return None if self.uid is None else []


OURSELVES = Identity()


class Child:
    """A server or worker started by us. On Linux the kernel stops it when we die, even by kill -9, with its death signal."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals | None = None,
        patience: float = 10,
        identity: Identity = OURSELVES,
        folder: Path | str = "/",
    ) -> None:
        self.name, self.stop_signal, self.patience = name, stop_signal, patience
        self.asked = False
        at_our_death = death_signal or stop_signal
        with contextlib.ExitStack() as files:
            output = files.enter_context(log.open("ab")) if log else subprocess.DEVNULL
            self.process: subprocess.Popen[bytes] | Forked = subprocess.Popen(
                [*_namespace(identity, at_our_death), *map(str, command)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
                user=identity.uid,
                group=identity.gid,
                extra_groups=identity.other_groups,
                preexec_fn=die_with(os.getpid(), at_our_death) if LINUX else None,  # noqa: PLW1509 - only arms a signal
            )

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        """Once: a second signal would make some programs drop what they are doing."""
        if not self.asked and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        self.asked = True

    def stop(self) -> int:
        """Ask, wait, then kill the whole session. Safe to run twice."""
        self.ask_to_stop()
        try:
            return self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End the whole session at once, asking nobody."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()  # a fork that has only just begun has no session yet
        return self.process.wait()


def command_line(pid: int) -> str:
    """Return what runs under this pid, or nothing: gone, or a zombie."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    listed = OURSELVES.run("ps", "-ww", "-o", "stat=,args=", "-p", str(pid), check=False).stdout.strip()
    return "" if listed.startswith("Z") else listed


def _namespace(identity: Identity, stop_signal: signal.Signals) -> tuple[str, ...]:
    """Entering a user namespace changes the credentials, which disarms the death signal: arm it again inside."""
    if not identity.prefix:
        return ()
    return (*identity.prefix, "setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"))


def die_with(parent: int, stop_signal: signal.Signals) -> Callable[[], None]:
    """Arm the death signal in the child, after its user was set and before it becomes the program."""
    libc = ctypes.CDLL(None)  # loaded in the parent: nothing may be imported between fork and exec

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arm
