"""The second factor: codes of an app by time (TOTP, RFC 6238), and codes to recover with."""

import secrets
from datetime import datetime

import pyotp

_ISSUER = "Evaluatie LIVC-R"
_STEP_SECONDS = 30
_DRIFT = 1
"""Steps before and after now that are accepted: clocks differ, typing takes time."""
_FAR_AHEAD = 10
"""Steps that a code can be ahead of now only where the clock was set back: five minutes."""

NUMBER_OF_RECOVERY_CODES = 10
# Without letters and digits that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 24


def new_secret() -> str:
    """A secret for a code app: 160 random bits in base 32."""
    return pyotp.random_base32(32)


def address_of(secret: str, account: str) -> str:
    """What a code app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def step_of(code: str, secret: str, now: datetime, last_step: int) -> int | None:
    """The time step of a code that is right now; None where it is not.

    A code counts once: one of ``last_step`` or before is refused, so that whoever looked over a
    shoulder cannot use it again. A ``last_step`` far ahead was noted by a clock that was wrong: it
    counts for nothing, or nobody could get in until the clock is there again.
    """
    typed = "".join(code.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    generator = pyotp.TOTP(secret)
    used = last_step if last_step <= current + _FAR_AHEAD else 0
    for step in range(max(current - _DRIFT, used + 1), current + _DRIFT + 1):
        if secrets.compare_digest(generator.at(step * _STEP_SECONDS).encode(), typed.encode()):
            return step
    return None


def code_at(secret: str, now: datetime) -> str:
    """The code that an app shows at a moment."""
    return pyotp.TOTP(secret).at(int(now.timestamp()))


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
