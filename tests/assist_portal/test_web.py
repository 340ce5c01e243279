"""When a request has come far enough for a thread."""

import socket
from types import SimpleNamespace

import pytest
from gunicorn.http.unreader import SocketUnreader

from assist_portal.running.web import LARGEST, SMALL, has_endless_head, is_never_read, lacking, read_what_came

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
BODY = HEAD + b"Content-Length: 40000\r\n\r\n" + b"x" * 40_000


@pytest.mark.parametrize(
    ("came", "lacks"),
    [
        (b"", 1),
        (b"GET / HT", 1),
        (HEAD, 1),
        (HEAD + b"\r\n", 0),
        (HEAD + b"Content-Length: 4\r\n\r\n", 4),
        (HEAD + b"Content-Length: 4\r\n\r\nabc", 1),
        (HEAD + b"Content-Length: 4\r\n\r\nabcd", 0),
        (HEAD + b"Content-Length: 4\r\n\r\nabcdGET / HT", 0),
        (HEAD + b"content-length:4\r\nAccept: */*\r\n\r\nabc", 1),
        (HEAD + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", 4),
        (BODY[:-1], 1),
        (HEAD + b"Content-Length: much\r\n\r\n", 0),  # gunicorn refuses it
        (HEAD + b"X: " + b"x" * SMALL, 0),  # we do
    ],
)
def test_a_request_lacks_its_head_and_then_its_body(came: bytes, lacks: int) -> None:
    assert lacking(came) == lacks


@pytest.mark.parametrize(
    ("head", "never"),
    [
        (b"", False),
        (b"Content-Length: %d\r\n" % LARGEST, False),
        (b"Content-Length: %d\r\n" % (LARGEST + 1), True),
        (b"Content-Length: 10000000000\r\n", True),
        (b"Transfer-Encoding: chunked\r\n", True),
    ],
)
def test_what_is_too_large_or_of_no_length_is_not_waited_for(head: bytes, never: bool) -> None:
    came = HEAD + head + b"\r\n"
    assert is_never_read(came) is never
    assert (lacking(came) == 0) is (never or not head)


def test_a_head_must_end() -> None:
    assert has_endless_head(HEAD + b"X: " + b"x" * SMALL)
    assert not has_endless_head(HEAD + b"\r\n" + b"x" * SMALL)
    assert not has_endless_head(HEAD)


def test_reading_takes_no_more_than_one_request_wants_and_keeps_it_for_gunicorn() -> None:
    one, other = socket.socketpair()
    with one, other:
        conn = SimpleNamespace(sock=one, parser=SimpleNamespace(unreader=SocketUnreader(one)))
        assert read_what_came(conn) == (True, b"")
        for part in (BODY[:5], BODY[5:30_000], BODY[30_000:]):
            other.sendall(part)
            is_open, came = read_what_came(conn)
        assert (is_open, came) == (True, BODY)
        other.sendall(b"y" * 100)
        assert read_what_came(conn) == (True, BODY), "what follows is left to the kernel"
        assert conn.parser.unreader.read(len(BODY)) == BODY
        other.close()
        assert read_what_came(conn) == (False, b"y" * 100)
