"""Processes of their own that do the portal's work driven line by line."""

import os
import subprocess
import sys
from typing import Self

from django.db import connection

from assist_portal.running.prepared import BASE_DIR


class Worker:
    """A process `python -m <module>` that does what it reads and says what came of it."""

    def __init__(self, module: str) -> None:
        address = os.environ["DATABASE_URL"].partition("?")
        url = f"{address[0].rpartition('/')[0]}/{connection.settings_dict['NAME']}{address[1]}{address[2]}"
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "assist_portal.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, line: str) -> None:
        """Hand over one piece of work."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """Wait for the next line it says."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.process.communicate(timeout=30)
