"""Tokens and secrets at rest: sealed by a key that is not in the database."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEALED_BEGINS_WITH = "gAAAA"  # version and the first bytes of the time of every Fernet token


class CannotOpen(Exception):
    """Sealed under a key that is no longer given: the site must be connected again."""


def seal(secret: str) -> str:
    """Seal under the first key."""
    return _box(settings.WEBEX_KEYS or (settings.SECRET_KEY,)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Open with any of the keys.

    :raises CannotOpen: when none fits.
    """
    try:
        return _box(settings.WEBEX_KEYS or (settings.SECRET_KEY,)).decrypt(sealed.encode()).decode()
    except InvalidToken as trouble:
        raise CannotOpen from trouble


def _box(keys: tuple[str, ...]) -> MultiFernet:
    return _made_of(tuple(keys))


@lru_cache(maxsize=4)
def _made_of(keys: tuple[str, ...]) -> MultiFernet:
    """A key of the settings may have any length; what seals is derived from it for this purpose alone."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"webex connections").derive(key.encode())
