"""Passwords: kept as an Argon2id hash, refused where they are easy to guess."""

import re
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from evaltool.domain.accounts import LONGEST_PASSWORD, OBVIOUS_WORDS, SHORTEST_PASSWORD, is_obvious
from evaltool.domain.validation import Problem

# Argon2id with the parameters that RFC 9106 gives for machines with little memory:
# 3 passes over 64 MiB in 4 lanes, which are the defaults of the library.
_HASHER = PasswordHasher()

_LEAST_SCORE = 3
"""Of 0 to 4 as zxcvbn rates: more than 10^8 guesses."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hashed("the password of nobody")


def is_right(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was kept.

    Without one it takes as long as with one, so that time does not tell who has an account.
    """
    try:
        _HASHER.verify(_nobodys() if kept is None else kept, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with parameters that are no longer ours."""
    return _HASHER.check_needs_rehash(kept)


def faults_of(password: str, *related: str) -> tuple[Problem, ...]:
    """Why a password is refused, if it is. ``related`` are texts of whoever chooses it.

    Refused is what consists of obvious words with something around them (see ``is_obvious``), and
    what is rated low by zxcvbn, which knows 30,000 common passwords, names, words, dates and rows
    of keys.
    """
    if len(password) < SHORTEST_PASSWORD:
        return (Problem("password_short", "password", {"least": str(SHORTEST_PASSWORD)}),)
    if len(password) > LONGEST_PASSWORD:
        return (Problem("password_long", "password", {"most": str(LONGEST_PASSWORD)}),)
    # Loaded here: its lists take memory that a process which sets no passwords can do without.
    from zxcvbn import zxcvbn
    from zxcvbn.matching import RANKED_DICTIONARIES

    def is_common(word: str) -> bool:
        return any(word in ranked for ranked in RANKED_DICTIONARIES.values())

    if is_obvious(password, related, is_common):
        return (Problem("password_obvious", "password"),)
    words = [word for text in related for word in (text, *re.split(r"[\s@._-]+", text))]
    # It refuses to look at more than 72 characters; the first ones decide.
    rated = zxcvbn(password[:72], user_inputs=[*OBVIOUS_WORDS, *words])
    if rated["score"] < _LEAST_SCORE:
        return (Problem("password_common", "password"),)
    return ()
