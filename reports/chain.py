"""A chain of digests and the file that carries it: whoever changes one byte of either is found out. Pure. Source: idea 11, row 54"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the history with its digest."""

    source: str
    row: dict[str, Any]
    digest: str


class Broken(Exception):
    """Something was changed; says where."""


def canonical(value: Any) -> bytes:
    """The one way to write a value down."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str).encode()


def digest_after(before: str, source: str, row: dict[str, Any]) -> str:
    """The digest of a link: over the one before it, and its own row."""
    return sha256(before.encode() + b"\n" + source.encode() + b"\n" + canonical(row)).hexdigest()


def head_of(links: Iterable[Link]) -> str:
    """Walk the chain and return its last digest.

    :raises Broken: at the first link whose digest is not that of its row.
    """
    before = START
    for position, link in enumerate(links, start=1):
        if digest_after(before, link.source, link.row) != link.digest:
            raise Broken(f"link {position} does not agree with its row")
        before = link.digest
    return before


def pack(report: dict[str, Any], links: Sequence[Link], head: str) -> bytes:
    """Write the evidence pack: the report, the links, and a digest over all of it; a line each."""
    lines = [canonical({"report": report, "head": head, "links": len(links)})]
    lines += [canonical({"source": link.source, "row": link.row, "digest": link.digest}) for link in links]
    body = b"\n".join(lines) + b"\n"
    return body + _seal(body)


def verify(data: bytes) -> int:
    """Check an evidence pack and return how many links it has.

    :raises Broken: when a byte of it was changed.
    """
    body, _newline, _last = data.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    if data != body + _seal(body):
        raise Broken("the file's own digest does not agree with it")
    first, *rest = (json.loads(line) for line in body.splitlines())
    links = [Link(each["source"], each["row"], each["digest"]) for each in rest]
    if len(links) != first["links"] or head_of(links) != first["head"]:
        raise Broken("the chain does not end where the report says")
    return len(links)


def _seal(body: bytes) -> bytes:
    return b'{"sha256":"' + sha256(body).hexdigest().encode() + b'"}\n'
