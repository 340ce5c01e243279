"""A fork of this process: what `subprocess.Popen` is for a program."""

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import Never


class Forked:
    """Runs `live` in a fork and ends with it."""

    def __init__(self, live: Callable[[], None]) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            _end_with(live)

    def poll(self) -> int | None:
        """Its exit code, negative when a signal ended it; None while it runs."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code.

        :raises subprocess.TimeoutExpired: when it still runs after so many seconds.
        """
        began = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Do nothing when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _end_with(live: Callable[[], None]) -> Never:
    """Never return into the calls that led here: they are the other process's."""
    code: object = 1
    try:
        live()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001 - told as the interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)
