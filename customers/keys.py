"""Secrets of API keys and invitations: drawn at random, shown once, kept as a digest."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_TAG = "ap"
_LONGEST = 200
_NO_DIGEST = hashlib.sha256(b"no key has this prefix").hexdigest()


@dataclass(frozen=True)
class NewKey:
    """A key just drawn; the token leaves with the answer and is never stored."""

    prefix: str
    digest: str
    token: str


@dataclass(frozen=True)
class ShownKey:
    """What a caller showed: which key it claims to be, and the secret that must prove it."""

    prefix: str
    secret: str

    def proves(self, digest: str | None) -> bool:
        """Compare in constant time; without a digest the same work ends in no."""
        return hmac.compare_digest(digest_of(self.secret), digest or _NO_DIGEST)


def digest_of(secret: str) -> str:
    """Digest a secret of at least 128 random bits; slow hashing is for what people choose themselves."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """Draw a secret of 256 bits that is safe in an address."""
    return secrets.token_urlsafe(32)


def public_key() -> str:
    """Draw what a row is called in addresses, where primary keys never show."""
    return secrets.token_hex(8)


def new_key() -> NewKey:
    """Draw a key: `ap_<16 hex digits to find it by>_<256 bits to prove it>`."""
    prefix, secret = secrets.token_hex(8), secrets.token_hex(32)
    return NewKey(prefix, digest_of(secret), f"{_TAG}_{prefix}_{secret}")


def read_key(token: str) -> ShownKey | None:
    """Take a token apart; None for what cannot be a key."""
    if len(token) > _LONGEST or not token.isascii() or not token.isprintable():
        return None
    tag, prefix, secret = (*token.split("_", 2), "", "")[:3]
    return ShownKey(prefix, secret) if tag == _TAG and prefix and secret else None
