"""gunicorn's threads, in which nobody waits: a request gets one of the few threads when its head and a small body are here.

A line that sends a byte a second would else keep a thread for ever, and eight of them the portal. The kernel keeps what has come
and wakes us when there is more (SO_RCVLOWAT), so the slow cost no thread and no work. Larger bodies are read in a thread, which
waits so long for each part. Source: promises row 56
"""

import re
import struct
import time
from socket import MSG_DONTWAIT, MSG_PEEK, SO_RCVLOWAT, SO_RCVTIMEO, SOL_SOCKET, socket
from typing import Any

from gunicorn.workers.gthread import _DEFER, ThreadWorker

PATIENCE_SECONDS = 10  # from the first byte until the head and a small body are here, and for each part of a large body
SMALL = 16 * 1024  # bytes; of a head, gunicorn takes less
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers 408 to who is too slow."""

    def handle(self, conn: Any) -> Any:
        """Give the request to the application, or the connection back to the poller until there is more of it."""
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
