"""Secrets that must be read again, encrypted at rest: a copy of the database alone gives none away."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEALED_BEGINS_WITH = "gAAAA"  # version and the first bytes of the time of every Fernet token


class CannotOpen(Exception):
    """Sealed under a key that is no longer given."""


def seal(secret: str) -> str:
    """Seal under the first of SEALING_KEYS; without any, under SECRET_KEY."""
    return _box(_keys()).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Open with any of the keys, former ones too.

    :raises CannotOpen: when none fits.
    """
    try:
        return _box(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken as trouble:
        raise CannotOpen from trouble


def _keys() -> tuple[str, ...]:
    return tuple(settings.SEALING_KEYS) or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """A key of the settings may have any length; what seals is derived from it for this purpose alone."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"assist-portal sealing").derive(key.encode())
