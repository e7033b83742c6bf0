"""Secrets that must be read again: kept sealed with a key that follows from the secret key."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
"""Random: one key seals far fewer than the 2^32 texts that NIST SP 800-38D allows."""


class CannotOpen(Exception):
    """It was sealed with another key, or it was altered."""


class Seal:
    """Seals and opens with AES-256-GCM; the key is derived with HKDF-SHA256.

    ``purpose`` keeps the keys for different things apart. ``before`` is the secret key that there
    was before this one: what was sealed with it opens still, and nothing is sealed with it.
    """

    def __init__(self, secret_key: str, purpose: str, before: str | None = None) -> None:
        self._cipher = _cipher(secret_key, purpose)
        self._before = None if before is None else _cipher(before, purpose)

    def seal(self, text: str) -> str:
        """A text as it is kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            CannotOpen: it was sealed with another key, or it was altered.
        """
        text = _opened(self._cipher, sealed)
        if text is None and self._before is not None:
            text = _opened(self._before, sealed)
        if text is None:
            raise CannotOpen
        return text

    def opens(self, sealed: str) -> bool:
        """Whether a text that was sealed can be read again."""
        try:
            self.open(sealed)
        except CannotOpen:
            return False
        return True

    def renewed(self, sealed: str) -> str | None:
        """The same text under the key of now; None where the key before does not open it."""
        text = None if self._before is None else _opened(self._before, sealed)
        return None if text is None else self.seal(text)


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=f"evaltool {purpose}".encode())
    return AESGCM(derived.derive(secret_key.encode()))


def _opened(cipher: AESGCM, sealed: str) -> str | None:
    try:
        held = base64.urlsafe_b64decode(sealed.encode())
        return cipher.decrypt(held[:_NONCE_BYTES], held[_NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        return None
