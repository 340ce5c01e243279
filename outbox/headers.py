"""What may stand in a mail's header: one line, one address, nothing that a mail program would read as a command."""

import re
import unicodedata

LONGEST_SUBJECT = 200  # keeps room for encoding and folding; mail programs show about 70

# Line ends and other controls start a new header; bidirectional controls make a subject read backwards;
# a lone surrogate cannot be written at all.
_CONTROLS = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Legal in quoted or commented addresses, never seen in a person's, and the known ways to name a second recipient.
_UNSAFE_IN_ADDRESS = re.compile(r'[\s"<>(),;:\\\[\]]')


def one_line(text: str) -> str:
    """Return the text as it can stand in a header: one line, no controls, at most 200 characters.

    An encoded word is broken up: the library would decode what somebody typed, line ends included.
    """
    line = _CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).replace("=?", "= ?")
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def is_single_address(address: str) -> bool:
    """Say whether this is exactly one plain address, `somebody@example.com`."""
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain) and "@" not in local and not (_CONTROLS.search(address) or _UNSAFE_IN_ADDRESS.search(address))


def ascii_address(address: str) -> str:
    """Return the address with an international domain as servers spell it (`xn--...`).

    :raises ValueError: when it is not exactly one plain address, or its domain has no such spelling.
    """
    if not is_single_address(address):
        raise ValueError("not one plain address")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"
