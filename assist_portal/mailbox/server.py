"""Receive mail on a loopback port and keep each message as an .eml file: `python -m assist_portal.mailbox.server PORT FOLDER`."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Writes what arrives; the name sorts by time of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Write beside, then rename: a reader never sees half a message."""
        name = f"{time.time_ns()}-{os.urandom(4).hex()}"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.original_content or b"")
        unfinished.rename(self.folder / f"{name}.eml")
        return "250 OK"


def main(port: int, folder: Path) -> None:
    """Serve until told to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    stopping.wait()
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
