"""Secrets that must be read again, encrypted at rest: a copy of the database alone gives none away."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: str) -> str:
    """Encrypt under today's SECRET_KEY."""
    return _box((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what was sealed under SECRET_KEY or one of its fallbacks.

    :raises cryptography.fernet.InvalidToken: when it was sealed under none of them.
    """
    return _box((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).decrypt(sealed.encode()).decode()


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    """A key for this purpose alone."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"assist-portal sealing").derive(key.encode())
