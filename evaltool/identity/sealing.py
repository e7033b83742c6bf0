"""Secrets that must be read again: kept sealed with a key that follows from the secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class CannotOpen(Exception):
    """It was sealed with another key, or it was altered."""


class Seal:
    """Seals and opens with AES and HMAC (Fernet); the key is derived with HKDF-SHA256.

    ``purpose`` keeps the keys for different things apart.
    """

    def __init__(self, secret_key: str, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=f"evaltool {purpose}".encode())
        key = base64.urlsafe_b64encode(derived.derive(secret_key.encode()))
        self._fernet = Fernet(key)

    def seal(self, text: str) -> str:
        """A text as it is kept."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            CannotOpen: it was sealed with another key, or it was altered.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise CannotOpen from None
