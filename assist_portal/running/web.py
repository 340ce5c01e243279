"""gunicorn's threads, in which nobody waits: a request gets one of the few threads when its head and a small body are here.

A line that sends a byte a second would else keep a thread for ever, and eight of them the portal. The kernel keeps what has come
and wakes us when there is more (SO_RCVLOWAT), so the slow cost no thread and no work. Larger bodies are read in a thread, which
waits so long for each part. Nor is anybody waited for at the end: gunicorn's only loop would stand still for up to two seconds
for each who is told to close the line and does not. Source: promises row 56
"""

import re
import struct
import time
from contextlib import suppress
from socket import MSG_DONTWAIT, MSG_PEEK, SHUT_RDWR, SHUT_WR, SO_RCVLOWAT, SO_RCVTIMEO, SOL_SOCKET, socket
from typing import Any

from gunicorn.workers.gthread import _DEFER, ThreadWorker

PATIENCE_SECONDS = 10  # from the first byte until the head and a small body are here, and for each part of a large body
LINGER_SECONDS = 2  # for the other side to close: closing before it has read may take the answer away from it
SMALL = 16 * 1024  # bytes; of a head, gunicorn takes less
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers 408 to who is too slow."""

    def handle(self, conn: Any) -> Any:
        """Answer what is here, or give the connection back to the poller until there is more of it or the other side closes."""
        if not hasattr(conn, "said_all_at"):
            if goes_on := self.answer(conn):
                return goes_on
            conn.said_all_at = time.monotonic()
        return _DEFER if is_lingering(conn) else False

    def answer(self, conn: Any) -> Any:
        """Give the request to the application when it is here; False when the connection is to end."""
        if conn.initialized and conn.parser.unreader.buf.getvalue():
            return super().handle(conn)  # the next request was read together with the last
        came = what_came(conn.sock)
        if came is None or (came and not is_whole(came)):
            now = time.monotonic()
            conn.began = getattr(conn, "began", None) or (now if came else None)
            if conn.began and now - conn.began > PATIENCE_SECONDS:
                conn.sock.sendall(TOO_SLOW)
                return False
            conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, len(came or b"") + 1)
            return _DEFER
        conn.began = None
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, 1)
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack("ll", PATIENCE_SECONDS, 0))
        return super().handle(conn)


def is_lingering(conn: Any) -> bool:
    """Say that no more is said, read away what still comes; False when it is time to close, which then takes no time."""
    try:
        conn.sock.shutdown(SHUT_WR)
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, 1)
        is_open = bool(conn.sock.recv(SMALL, MSG_DONTWAIT))
    except BlockingIOError:
        is_open = True
    except OSError:
        return False
    if is_open and time.monotonic() - conn.said_all_at < LINGER_SECONDS:
        return True
    with suppress(OSError):
        conn.sock.shutdown(SHUT_RDWR)
    return False


def what_came(line: socket) -> bytes | None:
    """What waits to be read: None when there is nothing yet, nothing (`b""`) when the other side has gone."""
    try:
        return line.recv(2 * SMALL, MSG_PEEK | MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def is_whole(came: bytes) -> bool:
    """Whether a thread would not have to wait: the head is here and a small body too, or it is too large to wait for.

    Who asks first whether to send the body (`Expect: 100-continue`) waits for the answer of the thread.
    """
    head, ended, body = came.partition(b"\r\n\r\n")
    if not ended:
        return len(came) >= SMALL
    if b"\r\nexpect:" in head.lower():
        return True
    length = LENGTH.search(head + b"\r\n")
    wanted = int(length[1]) if length else 0
    return len(body) >= wanted or len(head) + wanted > SMALL
