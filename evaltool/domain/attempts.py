"""How often somebody may try a password or a code, or take something along, before having to wait.

Failures are counted within a window of time, per account and per address of the network. An
address from which the account was signed in to, or its password was chosen by a link, has a count
of its own: somebody else who tries elsewhere cannot keep the rightful user out.

Whoever gets as far as the code knows the password. Wrong codes count for a day as well, so that
no patience finds one; a password that was chosen by a link ends that too.

What takes work to make, or fills the database, is counted per account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW = timedelta(minutes=15)
"""Failures count for so long."""
CODES_WINDOW = timedelta(days=1)
"""Wrong codes of a second factor count for so long as well; no failure counts longer."""
REMEMBERED = timedelta(days=60)
"""An address counts as known for so long after signing in from it."""

MOST_FROM_KNOWN = 10
"""Failures on one account from an address that it knows."""
MOST_FROM_ELSEWHERE = 10
"""Failures on one account from all other addresses together."""
MOST_FROM_ADDRESS = 50
"""Failures from one address, on whatever accounts: a town hall shares one."""
MOST_CODES = 20
"""Wrong codes on one account within a day from an address that it knows, and from elsewhere."""

HOUR = timedelta(hours=1)
"""What an account takes along or begins counts for so long."""
MOST_DOCUMENTS = 120
"""Documents and files with data that one account takes along."""
MOST_EVALUATIONS = 60
"""Evaluations that one account begins or imports: an import of the most files at once fits."""
MOST_REPORTED = 3000
"""Municipalities in the reports of one coach, all reports together: ten times all of Flanders."""


@dataclass(frozen=True)
class Failures:
    """Failures within a window. ``known``: whether the account knows this address."""

    known: bool
    from_here: int
    from_elsewhere: int
    of_address: int


def network_of(address: str) -> str:
    """What counts as one address of the network: of IPv6 the /64 that one household or office gets.

    What is no address counts as it is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), 64), strict=False))


def must_wait(failures: Failures) -> bool:
    """Whether the next attempt is refused without looking at it."""
    if must_wait_here(failures):
        return True
    if failures.known:
        return failures.from_here >= MOST_FROM_KNOWN
    return failures.from_here + failures.from_elsewhere >= MOST_FROM_ELSEWHERE


def must_wait_here(failures: Failures) -> bool:
    """Whether an address of the network asked too much, whatever it is about."""
    return failures.of_address >= MOST_FROM_ADDRESS


def must_wait_for_code(failures: Failures) -> bool:
    """Whether the next code is refused without looking at it, by the failures of a day."""
    if failures.known:
        return failures.from_here >= MOST_CODES
    return failures.from_here + failures.from_elsewhere >= MOST_CODES


def free_at(moments: Sequence[datetime], most: int) -> datetime | None:
    """When something can be done again that was done at these moments; None where it is now.

    ``moments`` are those within the hour, the earliest first.
    """
    return moments[-most] + HOUR if len(moments) >= most else None
