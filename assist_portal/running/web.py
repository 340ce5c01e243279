"""gunicorn's threads, in which nobody waits: a request gets one of the few threads when all of it is here.

A line that sends a byte a second would else keep a thread for ever, and eight of them the portal. Until a request is whole the poller
waits for it, and of a large one it is woken when a good part has come (SO_RCVLOWAT). What is larger than any view takes gets its thread
at once, and no more of it is read. Nor is anybody waited for at the end: gunicorn's only loop would stand still for up to two seconds
for each who is told to close the line and does not. Source: promises row 56
"""

import re
import struct
import time
from contextlib import suppress
from io import SEEK_END
from socket import MSG_DONTWAIT, SHUT_RDWR, SHUT_WR, SO_RCVLOWAT, SO_RCVTIMEO, SOL_SOCKET, socket
from typing import Any
from weakref import WeakSet

from gunicorn.workers.gthread import _DEFER, ThreadWorker

PATIENCE_SECONDS = 10  # from the first byte until the head and a small body are here
LARGE_SECONDS = 60  # the same with a large body
LINGER_SECONDS = 2  # for the other side to close: closing before it has read may take the answer away from it
SMALL = 16 * 1024  # bytes; a longer head is refused
LARGEST = 3 * 1024 * 1024  # bytes; views refuse more than DATA_UPLOAD_MAX_MEMORY_SIZE without reading it
MOST_LARGE = 20  # bodies kept in memory at once, in each process
LAST_WORDS = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_SLOW = LAST_WORDS % b"408 Request Timeout"
LINE_TOO_LONG = LAST_WORDS % b"414 URI Too Long"
HEAD_TOO_LONG = LAST_WORDS % b"431 Request Header Fields Too Large"
TOO_MANY = LAST_WORDS % b"503 Service Unavailable\r\nRetry-After: 60"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:", re.IGNORECASE | re.MULTILINE)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers 408 to who is too slow."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.large: WeakSet[Any] = WeakSet()  # connections with a large body on the way

    def handle(self, conn: Any) -> Any:
        """Answer what is here, or give the connection back to the poller until there is more of it or the other side closes."""
        if not hasattr(conn, "said_all_at"):
            if goes_on := self.answer(conn):
                return goes_on
            conn.said_all_at = time.monotonic()
        return _DEFER if is_lingering(conn) else False

    def answer(self, conn: Any) -> Any:
        """Give the request to the application when it is here; False when the connection is to end."""
        conn.init()
        is_open, came = read_what_came(conn)
        if not came:
            return is_open and self.pause(conn, 1)
        if has_endless_head(came):
            conn.sock.sendall(HEAD_TOO_LONG if b"\n" in came else LINE_TOO_LONG)
            return False
        lacks = lacking(came)
        if lacks and is_open and self.alive:
            return self.wait_for(conn, came, lacks)
        self.large.discard(conn)
        conn.began, conn.was_told_to_go_on = None, False
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, 1)
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack("ll", PATIENCE_SECONDS, 0))
        conn.ends = is_never_read(came)
        return super().handle(conn)

    def wait_for(self, conn: Any, came: bytes, lacks: int) -> Any:
        """Wait in the poller for what lacks, or say that it takes too long or is too much."""
        is_large, now = len(came) + lacks > SMALL, time.monotonic()
        conn.began = getattr(conn, "began", None) or now
        if now - conn.began > (LARGE_SECONDS if is_large else PATIENCE_SECONDS):
            conn.sock.sendall(TOO_SLOW)
            return False
        if is_large and conn not in self.large:
            if len(self.large) >= MOST_LARGE:
                conn.sock.sendall(TOO_MANY)
                return False
            self.large.add(conn)
        if not getattr(conn, "was_told_to_go_on", False) and EXPECTS.search(head_of(came)):
            conn.sock.sendall(GO_ON)
            conn.was_told_to_go_on = True
        return self.pause(conn, min(lacks, SMALL) if is_large else 1)

    def pause(self, conn: Any, until: int) -> Any:
        """Give the connection back to the poller until so many bytes have come."""
        conn.sock.setsockopt(SOL_SOCKET, SO_RCVLOWAT, until)
        return _DEFER

    def _keepalive_after(self, conn: Any, keepalive: Any) -> Any:
        """Read nothing away that has not come yet: gunicorn would wait for it in the thread."""
        return super()._keepalive_after(conn, keepalive and not conn.ends)


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


def read_what_came(conn: Any) -> tuple[bool, bytes]:
    """Take what has come, no more than one request wants, to where gunicorn looks first.

    Return whether the other side is still there, and all that is to be parsed.
    """
    kept = conn.parser.unreader.buf
    kept.seek(0, SEEK_END)
    with suppress(BlockingIOError):
        while lacks := lacking(kept.getvalue()):
            if not kept.write(receive(conn.sock, max(lacks, SMALL))):
                return False, kept.getvalue()
    return True, kept.getvalue()


def receive(line: socket, most: int) -> bytes:
    """Read what there is; nothing when the other side has gone.

    :raises BlockingIOError: when nothing has come.
    """
    try:
        return line.recv(most, MSG_DONTWAIT)
    except ConnectionError:
        return b""


def head_of(came: bytes) -> bytes:
    """The lines before the body, each with its end; what has come of them."""
    return came.partition(b"\r\n\r\n")[0] + b"\r\n"


def lacking(came: bytes) -> int:
    """How many bytes to wait for before a thread is of use: at least one while the head has not ended; none of what is never read."""
    head, ended, body = came.partition(b"\r\n\r\n")
    if not ended:
        return 0 if has_endless_head(came) else 1
    return 0 if is_never_read(came) else max(0, length_of(head) - len(body))


def has_endless_head(came: bytes) -> bool:
    """Whether the head has not ended where every head of ours has."""
    return len(came) > SMALL and b"\r\n\r\n" not in came


def length_of(head: bytes) -> int:
    """The length that the head claims for the body, in bytes."""
    length = LENGTH.search(head + b"\r\n")
    return int(length[1]) if length else 0


def is_never_read(came: bytes) -> bool:
    """Whether there is a body that no view reads: one that is too large, or of a length that is not said."""
    head = head_of(came)
    return length_of(head) > LARGEST or bool(CHUNKED.search(head))
