"""How allauth keeps second factors here."""

from allauth.mfa.adapter import DefaultMFAAdapter

from customers.sealing import SEALED_BEGINS_WITH, seal, unseal


class SealedSecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """Secrets of authenticator apps and the seeds of recovery codes are sealed: a copy of the database alone signs nobody in."""

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it; those that were stored before they were sealed are read as they are."""
        return unseal(encrypted_text) if encrypted_text.startswith(SEALED_BEGINS_WITH) else encrypted_text
