"""The second factor: codes of an app by time (TOTP, RFC 6238), and codes to recover with.

A secret is kept as its letters in base 32, which is what an app for codes with SHA-1 has, or with
``SHA256:`` before them: then the codes are made with SHA-256.
"""

import base64
import hashlib
import secrets
from datetime import datetime

import pyotp

_ISSUER = "Evaluatie LIVC-R"
_STEP_SECONDS = 30
DRIFT = 1
"""Steps before and after now that are accepted: clocks differ, typing takes time."""
NO_DRIFT = 0
"""The same where a code is taken in its own time alone."""
_FAR_AHEAD = 10
"""Steps that a code can be ahead of now only where the clock was set back: five minutes."""

_SHA256 = "SHA256:"

NUMBER_OF_RECOVERY_CODES = 10
# Without letters and digits that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 24


def new_secret() -> str:
    """A secret for a code app: 160 random bits in base 32."""
    return pyotp.random_base32(32)


def new_secret_sha256() -> str:
    """A secret for an app that makes codes with SHA-256: 256 random bits.

    As many as that digest has, as RFC 6238, 5.1, asks; without the padding, which apps leave out.
    """
    letters = base64.b32encode(secrets.token_bytes(hashlib.sha256().digest_size)).decode("ascii")
    return _SHA256 + letters.rstrip("=")


def is_sha256(secret: str) -> bool:
    """Whether the codes of a secret are made with SHA-256."""
    return secret.startswith(_SHA256)


def letters_of(secret: str) -> str:
    """The secret as somebody types it into an app."""
    return secret.removeprefix(_SHA256)


def address_of(secret: str, account: str) -> str:
    """What a code app reads from a QR code."""
    return _generator(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def _generator(secret: str) -> pyotp.TOTP:
    digest = hashlib.sha256 if is_sha256(secret) else hashlib.sha1
    return pyotp.TOTP(letters_of(secret), digest=digest)


def step_of(
    code: str, secret: str, now: datetime, last_step: int, drift: int = DRIFT
) -> int | None:
    """The time step of a code that is right now, or ``drift`` steps off; None where it is not.

    A code counts once: one of ``last_step`` or before is refused, so that whoever looked over a
    shoulder cannot use it again. A ``last_step`` far ahead was noted by a clock that was wrong: it
    counts for nothing, or nobody could get in until the clock is there again.
    """
    typed = "".join(code.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    generator = _generator(secret)
    used = last_step if last_step <= current + _FAR_AHEAD else 0
    for step in range(max(current - drift, used + 1), current + drift + 1):
        if secrets.compare_digest(generator.at(step * _STEP_SECONDS).encode(), typed.encode()):
            return step
    return None


def code_at(secret: str, now: datetime) -> str:
    """The code that an app shows at a moment."""
    return _generator(secret).at(int(now.timestamp()))


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to sign in with when the app is gone, each of them once; 118 random bits each."""
    made = (
        "".join(secrets.choice(_LETTERS) for _ in range(_RECOVERY_LENGTH))
        for _ in range(NUMBER_OF_RECOVERY_CODES)
    )
    return tuple("-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in made)


def normal_recovery_code(typed: str) -> str:
    """A recovery code in the one form of which a digest is kept."""
    return "".join(c for c in typed.lower() if c in _LETTERS)
