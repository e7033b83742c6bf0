"""Backups that only who knows the passphrase can read, and that nobody can change unseen.

A file begins with a header: magic, version, parameters of scrypt, salt. From passphrase and salt
scrypt derives a key that is used for this file alone. The content follows in chunks of 1 MiB. Each
is encrypted with AES-256-GCM, under a nonce of its number and a flag that marks the last one, and
with the header as associated data. So no chunk can be changed, moved, repeated or left out.

Sources: scrypt is RFC 7914, GCM is NIST SP 800-38D; the numbering with a flag is STREAM of Hoang,
Reyhanitabar, Rogaway and Vizár (CRYPTO 2015).
"""

import secrets
import struct
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from evaltool.store.errors import StoreError

MAGIC = b"evaltool"
CHUNK = 1024 * 1024
"""Bytes of content per chunk; a chunk in the file is 16 bytes longer, by its tag."""

_VERSION = 1
_HEADER = struct.Struct(">8s4B16s")
_SALT_BYTES = 16
_KEY_BYTES = 32
_TAG_BYTES = 16
# A header is read before it can be trusted: it may not ask for all memory or for hours.
_MOST_MEMORY = 256 * 1024 * 1024
_MOST_PASSES = 4


class WrongPassphrase(StoreError):
    """The first chunk does not open: another passphrase, or the beginning was changed."""

    code = "backup_wrong_passphrase"


class DamagedBackup(StoreError):
    """What is in the backup is not what was put in it, or not all of it."""

    code = "backup_damaged"


class UnknownEncryption(StoreError):
    """A version or parameters of encryption that this release does not use."""

    code = "backup_unknown_encryption"


@dataclass(frozen=True)
class Cost:
    """What a guess of the passphrase costs: the parameters of scrypt, N as a power of two.

    The default takes 128 MiB and about half a second.
    """

    log_n: int = 17
    r: int = 8
    p: int = 1

    @property
    def acceptable(self) -> bool:
        """Whether a key of this cost can be derived within reason."""
        # RFC 7914, section 2: N is less than 2 to the power of 128 * r / 8.
        sound = 1 <= self.log_n < 16 * self.r and 1 <= self.p <= _MOST_PASSES
        return sound and 128 * self.r << self.log_n <= _MOST_MEMORY

    def key(self, passphrase: bytes, salt: bytes) -> bytes:
        """The key of a file."""
        scrypt = Scrypt(salt=salt, length=_KEY_BYTES, n=1 << self.log_n, r=self.r, p=self.p)
        return scrypt.derive(passphrase)


DEFAULT_COST = Cost()


def is_encrypted(start: bytes) -> bool:
    """Whether a file that begins so is an encrypted backup."""
    return start.startswith(MAGIC)


def encrypt(
    source: BinaryIO,
    target: BinaryIO,
    passphrase: bytes,
    *,
    cost: Cost = DEFAULT_COST,
    chunk: int = CHUNK,
) -> None:
    """Write ``source`` encrypted to ``target``, from where both stand.

    Raises:
        OSError: one cannot be read or the other not written.
    """
    salt = secrets.token_bytes(_SALT_BYTES)
    header = _HEADER.pack(MAGIC, _VERSION, cost.log_n, cost.r, cost.p, salt)
    cipher = AESGCM(cost.key(passphrase, salt))
    target.write(header)
    number, content = 0, source.read(chunk)
    while True:
        following = source.read(chunk)
        target.write(cipher.encrypt(_nonce(number, last=not following), content, header))
        if not following:
            return
        number, content = number + 1, following


def decrypt(source: BinaryIO, target: BinaryIO, passphrase: bytes, *, chunk: int = CHUNK) -> None:
    """Write what is encrypted in ``source`` to ``target``, from where both stand.

    What was written is to be thrown away where an error is raised.

    Raises:
        WrongPassphrase: the passphrase is another, or the beginning was changed.
        DamagedBackup: it was changed or cut off.
        UnknownEncryption: its version or parameters are none of ours.
        OSError: one cannot be read or the other not written.
    """
    header = source.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise DamagedBackup("the header is cut off")
    magic, version, log_n, r, p, salt = _HEADER.unpack(header)
    cost = Cost(log_n, r, p)
    if magic != MAGIC or version != _VERSION or not cost.acceptable:
        raise UnknownEncryption(f"version {version}, scrypt {log_n}, {r}, {p}")
    cipher = AESGCM(cost.key(passphrase, salt))
    number, sealed = 0, source.read(chunk + _TAG_BYTES)
    while True:
        if len(sealed) < _TAG_BYTES:
            raise DamagedBackup(f"chunk {number} is cut off")
        following = source.read(chunk + _TAG_BYTES)
        try:
            target.write(cipher.decrypt(_nonce(number, last=not following), sealed, header))
        except InvalidTag:
            if number == 0:
                raise WrongPassphrase("the first chunk does not open") from None
            raise DamagedBackup(f"chunk {number} does not open") from None
        if not following:
            return
        number, sealed = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    """12 bytes that occur once under a key: the number of a chunk, and whether it is the last."""
    return number.to_bytes(11, "big") + bytes([last])
