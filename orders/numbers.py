"""The request number: eight random characters and one that gives typing errors away, such as PR-7K3M-92QX-D."""

import re
import secrets
from collections.abc import Sequence

ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"  # of each pair that looks alike at most one: no 0 O 1 I L, no B S Z U
LOOKS_LIKE = str.maketrans("BSZU", "852V")  # these can only mean the other one of their pair
LENGTH = 8
PREFIX = "PR"

# Nine weights without a common divisor with 27, neighbours not equal modulo 3: every wrong character and every swap of
# neighbours changes the sum modulo 27. The shift makes the example of the documentation a valid number.
WEIGHTS = (1, 2, 4, 5, 7, 8, 10, 11)
CHECK_WEIGHT = 13
SHIFT = 3


class MalformedNumber(ValueError):
    """The text cannot be a request number: wrong length, a foreign character, or a typing error."""

    code = "malformed_number"


def new_number() -> str:
    """Draw a number from the system's secure source: 27 ** 8 possibilities, not sequential. Source: S34"""
    return _written("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def normalise(text: str) -> str:
    """Return the number as we write it, from any case, with or without dashes, spaces and PR.

    Letters that look like a digit of the alphabet are read as that digit.

    :raises MalformedNumber: when the text is not a number that can have been given out.
    Source: S34, S45
    """
    typed = re.sub(r"[\s\W_]", "", text[:64]).upper()
    plain = typed.removeprefix(PREFIX) if len(typed) == LENGTH + 1 + len(PREFIX) else typed
    plain = plain.translate(LOOKS_LIKE)
    if len(plain) != LENGTH + 1 or not set(plain) <= set(ALPHABET):
        raise MalformedNumber("a request number has nine letters and digits")
    number = _written(plain[:LENGTH])
    if number[-1] != plain[-1]:
        raise MalformedNumber("the check character does not fit")
    return number


def _written(body: str) -> str:
    return f"{PREFIX}-{body[:4]}-{body[4:]}-{_check_character(body)}"


def _check_character(body: Sequence[str]) -> str:
    total = SHIFT + sum(weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total * pow(CHECK_WEIGHT, -1, len(ALPHABET)) % len(ALPHABET)]
