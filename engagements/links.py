"""The secrets of answer links."""

import hashlib
import secrets

TOKEN_BYTES = 32  # 256 random bits


def new_token() -> str:
    """Draw a secret for one link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return what the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()
