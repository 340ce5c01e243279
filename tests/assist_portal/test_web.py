"""When a request has come far enough for a thread."""

import socket

import pytest

from assist_portal.running.web import SMALL, is_whole, what_came

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("came", "whole"),
    [
        (b"GET / HT", False),
        (HEAD, False),
        (HEAD + b"\r\n", True),
        (HEAD + b"Content-Length: 4\r\n\r\n", False),
        (HEAD + b"Content-Length: 4\r\n\r\nabc", False),
        (HEAD + b"Content-Length: 4\r\n\r\nabcd", True),
        (HEAD + b"content-length:4\r\nAccept: */*\r\n\r\nabc", False),
        (HEAD + b"Content-Length: 5000000\r\n\r\n", True),  # a thread reads it
        (HEAD + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", True),  # it waits for our word
        (HEAD + b"Content-Length: much\r\n\r\n", True),  # gunicorn refuses it
        (HEAD + b"X: " + b"x" * SMALL, True),  # and this
    ],
)
def test_a_request_is_whole_with_its_head_and_a_small_body(came: bytes, whole: bool) -> None:
    assert is_whole(came) is whole


def test_looking_takes_nothing_away() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert what_came(one) is None
        other.sendall(HEAD)
        assert what_came(one) == what_came(one) == HEAD
        other.shutdown(socket.SHUT_WR)
        one.recv(1000)
        assert what_came(one) == b""
