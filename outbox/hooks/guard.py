"""Where a webhook may go: to public addresses only, whatever the name says. Source: promises row 41

The name is resolved once, every address it has is looked at, and the connection is made to that very address, so a name that
answers differently a moment later changes nothing.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext_noop

PORTS = {"https": 443, "http": 80}
OTHER_PORTS = {8443}
_PUBLIC_SIX = ipaddress.ip_network("2000::/3")
_TUNNELS = [ipaddress.ip_network(each) for each in ("2002::/16", "2001::/32", "2001:db8::/32", "3fff::/20")]  # an IPv4 address inside


class Forbidden(Exception):
    """The address may not be called; the text says why, and names nothing inside. Translated where it is shown."""


@dataclass(frozen=True)
class Target:
    """Where to connect to, and what to ask for there."""

    address: str
    port: int
    host: str
    path: str
    scheme: str

    @property
    def authority(self) -> str:
        """The Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def check_url(url: str, *, loopback: bool) -> SplitResult:
    """Look at the address as it is written. `loopback` is development's: plain http, any port, and this machine.

    :raises Forbidden: for another scheme, a port that is none of ours, a name and password, or an address inside.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(gettext_noop("not an address")) from error
    if parts.scheme not in ({"https", "http"} if loopback else {"https"}):
        raise Forbidden(gettext_noop("only https is called"))
    if not parts.hostname or "@" in parts.netloc or "\\" in url or not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden(gettext_noop("not a plain address"))
    if not loopback and port not in {None, PORTS[parts.scheme], *OTHER_PORTS}:
        raise Forbidden(gettext_noop("only ports 443 and 8443 are called"))
    if _as_address(parts.hostname) is not None:
        check_address(parts.hostname, loopback=loopback)
    return parts


def check_address(text: str, *, loopback: bool) -> None:
    """:raises Forbidden: for what is not a public address."""
    address = _as_address(text)
    if address is None:
        raise Forbidden(gettext_noop("not an address"))
    if loopback and address.is_loopback:
        return
    if not address.is_global or address.is_multicast or address.is_reserved:
        raise Forbidden(gettext_noop("not a public address"))
    if isinstance(address, ipaddress.IPv6Address) and (address not in _PUBLIC_SIX or any(address in each for each in _TUNNELS)):
        raise Forbidden(gettext_noop("not a public address"))


async def resolve(url: str, *, loopback: bool) -> Target:
    """Find out where to connect to. One look-up; every address that the name has must be allowed.

    :raises Forbidden: when the address or one of the name's addresses is not allowed, or the name has none.
    """
    parts = check_url(url, loopback=loopback)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Forbidden(gettext_noop("the name has no address")) from error
    addresses = [str(each[4][0]) for each in found]
    for each in addresses:
        check_address(each, loopback=loopback)
    if not addresses:
        raise Forbidden(gettext_noop("the name has no address"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(addresses[0], port, host, path, parts.scheme)


def _as_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
