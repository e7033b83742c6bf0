"""How often somebody may try a password or a code before having to wait.

Failures are counted within a window of time, per account and per address of the network. An
address from which the account was signed in to before has a count of its own: somebody else who
tries elsewhere cannot keep the rightful user out.
"""

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(minutes=15)
"""Failures count for so long."""
REMEMBERED = timedelta(days=60)
"""An address counts as known for so long after signing in from it."""

MOST_FROM_KNOWN = 10
"""Failures on one account from an address that it knows."""
MOST_FROM_ELSEWHERE = 10
"""Failures on one account from all other addresses together."""
MOST_FROM_ADDRESS = 50
"""Failures from one address, on whatever accounts: a town hall shares one."""


@dataclass(frozen=True)
class Failures:
    """Failures within the window. ``known``: the account was signed in to from this address."""

    known: bool
    from_here: int
    from_elsewhere: int
    of_address: int


def must_wait(failures: Failures) -> bool:
    """Whether the next attempt is refused without looking at it."""
    if failures.of_address >= MOST_FROM_ADDRESS:
        return True
    if failures.known:
        return failures.from_here >= MOST_FROM_KNOWN
    return failures.from_here + failures.from_elsewhere >= MOST_FROM_ELSEWHERE
