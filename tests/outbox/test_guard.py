"""Where a webhook may go; promises row 41: hostile addresses, and not one connection to a canary that listens on this machine."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from outbox.hooks.guard import Forbidden, check_url, resolve
from outbox.hooks.posting import Outcome, Posting, post
from tests.make import NOW
from tests.reliability.figures import row

T = TypeVar("T")

PLACES = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.255.255.254", "0",
    "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[fec0::1]", "[2001:db8::1]", "[2001:0:7f00:1::]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
SHAPES = ["https://{place}:{port}/", "https://{place}/", "https://user@{place}:8443/", "http://{place}:{port}/"]
ODD = [
    "https://crm.example@127.0.0.1:{port}/", "https://127.0.0.1:{port}\\@crm.example/", "https://crm.example:{port}/", "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///x", "//127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#@crm.example/", "https://[::1%25lo]:{port}/", "https://[::1/", "https://127.0.0.1:99999/",
    "https://127。0。0。1:{port}/", "https://①②⑦.0.0.1:{port}/", "https://crm.example:22/", "https://crm.example:0/", "https://\t127.0.0.1/",
    "https://127.0.0.1:{port}/\r\nHost: x", "HTTPS://127.0.0.1:{port}/", "https://127.0.0.1.:{port}/", "dict://127.0.0.1:{port}/", "",
]  # fmt: skip
HOSTILE = [shape.replace("{place}", place) for place in PLACES for shape in SHAPES] + ODD


@pytest.fixture
def canary() -> Iterator[tuple[int, list[Any]]]:
    """Listens on both loopbacks, and notes whoever comes."""
    came: list[Any] = []
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as six:
        port = six.getsockname()[1]
        with socket.create_server(("127.0.0.1", port)) as four:
            threads = [threading.Thread(target=_note, args=(each, came), daemon=True) for each in (four, six)]
            for each in threads:
                each.start()
            yield port, came
            for each in (four, six):
                each.shutdown(socket.SHUT_RDWR)
            for each in threads:
                each.join()


def _note(server: socket.socket, came: list[Any]) -> None:
    while True:
        try:
            connection, address = server.accept()
            connection.close()
            came.append(address)
        except OSError:
            return


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser of other tests may keep an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def send(url: str, *, loopback: bool = False) -> Outcome:
    return run(post(Posting(url, b"{}", {}), loopback=loopback, now=NOW))


def test_no_hostile_address_reaches_this_machine(canary: tuple[int, list[Any]]) -> None:
    port, came = canary
    assert len(HOSTILE) >= 200
    with row(41, "hostile addresses for webhooks", n=len(HOSTILE)) as counts:
        outcomes = {url: send(url.replace("{port}", str(port))) for url in HOSTILE}
        counts["connections"] = len(came)
        assert {url: outcome for url, outcome in outcomes.items() if outcome.status is not None} == {}
        assert came == []
    assert send(f"http://127.0.0.1:{port}/", loopback=True).status is None  # the control: a canary answers nothing, but it is there
    assert len(came) == 1


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that says something else each time."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_more: Any, **_options: Any) -> list[Any]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_looked_up_once_and_the_connection_goes_to_that_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is looked at, this machine a moment later."""
    asked = answering(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    target = run(resolve("https://crm.example/hooks?a=b", loopback=False))
    assert (target.address, target.port, target.host, target.path) == ("93.184.216.34", 443, "crm.example", "/hooks?a=b")
    assert (asked, target.authority) == (["crm.example"], "crm.example")


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], []])
def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    answering(monkeypatch, addresses)
    with pytest.raises(Forbidden):
        run(resolve("https://crm.example/", loopback=False))


@pytest.mark.parametrize(
    "url", ["https://crm.example/", "https://crm.example:8443/a?b=c", "https://93.184.216.34/", "https://[2606:4700::1]/"]
)
def test_public_addresses_are_allowed(url: str) -> None:
    check_url(url, loopback=False)


def test_an_outcome_tells_nothing_of_what_is_inside() -> None:
    assert send("https://127.0.0.1/").error == "not a public address"
