"""Accounts: who can sign in, by which link, and for how long a session lasts."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evaltool.domain.access import MUNICIPAL_ROLES, Role
from evaltool.domain.validation import Problem

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
LEAST_OF_ONES_OWN = 6
"""Letters that must be left of a password without the words that anybody tries first."""
LONGEST_NAME = 120
LONGEST_ADDRESS = 254

LINK_LASTS = {
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=1),
    "join": timedelta(days=7),
}
"""How long a link can be followed, by what it is for."""

IDLE_LIMIT = timedelta(hours=1)
"""A session that was not used for so long has ended."""
ABSOLUTE_LIMIT = timedelta(hours=12)
"""A session ends so long after signing in, used or not."""
HALFWAY_LIMIT = timedelta(minutes=10)
"""How long somebody has to give the code after the password."""
CLOCK_SLACK = timedelta(minutes=5)
"""By so much a clock may be set back without a session ending for it."""

_OBVIOUS = (
    # What the tool is about, and who works with it.
    "evaltool livc livcr evaluatie evaluation zelfevaluatie radicalisme radicalisering radicalism "
    "extremisme terrorisme veiligheid veiligheidscel security preventie prevention "
    "preventieambtenaar preventiedienst ambtenaar officer burgemeester mayor voorzitter chair "
    "coach beheerder administrator admin schepen secretaris korpschef politie politiezone police "
    "dienst team gemeente gemeentehuis stad stadhuis raad municipality council vvsg "
    # Places that everybody knows.
    "vlaanderen flanders belgie belgium antwerpen antwerp gent brugge leuven hasselt mechelen "
    "kortrijk oostende aalst genk roeselare brussel brussels limburg brabant "
    # When it is chosen.
    "lente voorjaar zomer herfst najaar winter spring summer autumn "
    "januari februari maart april juni juli augustus september oktober november december "
    "january february march june july august october "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "monday tuesday wednesday thursday friday saturday sunday "
    # What one types to be done with it.
    "welkom welcome wachtwoord paswoord password geheim secret login inloggen aanmelden toegang "
    "hallo hello vakantie verander verandermij changeme nieuw test tijdelijk temporary account "
    "gebruiker computer internet voetbal liefde azerty qwerty"
)
OBVIOUS_WORDS = frozenset(_OBVIOUS.split())
"""Words that anybody would try first here, with a year or a number behind them."""

_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")

# What any mail server takes: ASCII, and a domain with a dot.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)


class AccountState(StrEnum):
    """Whether an account can be used."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


class LinkPurpose(StrEnum):
    """What following a link does."""

    INVITATION = "invitation"
    """Choose a password for a new account."""
    RESET = "reset"
    """Choose another password."""
    JOIN = "join"
    """Sign in to the account there is already; it opens nothing by itself."""


class Stage(StrEnum):
    """How far somebody got with signing in."""

    HALFWAY = "halfway"
    ENROLLING = "enrolling"
    FULL = "full"


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, or was invited to.

    ``nis_code`` is that of the municipality of an officer or a chair, ``invited_by`` that of the
    municipality whose officer made the account, if one did. ``password`` is a hash,
    ``second_factor`` the sealed secret of the code generator, ``last_step`` the time step of the
    last code that was used; ``subject`` is who this is at the provider of single sign-on.
    """

    id: str
    address: str
    name: str
    role: Role
    nis_code: str | None
    state: AccountState
    created_at: datetime
    invited_by: str | None = None
    password: str | None = None
    second_factor: str | None = None
    last_step: int = 0
    subject: str | None = None
    signed_in_at: datetime | None = None

    def needs_second_factor(self, roles: frozenset[Role]) -> bool:
        """Whether it must set one up before it can do anything, where ``roles`` must have one."""
        return self.role in roles and self.second_factor is None


@dataclass(frozen=True)
class Session:
    """A signed-in browser. ``handle`` names it on pages; it opens nothing."""

    handle: str
    account: str
    stage: Stage
    started_at: datetime
    seen_at: datetime
    browser: str
    provider_session: str | None = None
    id_token: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When its time is up, if it is not used before."""
        if self.stage is Stage.HALFWAY:
            return self.started_at + HALFWAY_LIMIT
        return min(self.started_at + ABSOLUTE_LIMIT, self.seen_at + IDLE_LIMIT)

    def has_ended(self, now: datetime) -> bool:
        """Whether its time is up.

        One from the future as well: the clock was set back, and nobody knows how old it is.
        """
        return now >= self.ends_at or max(self.started_at, self.seen_at) > now + CLOCK_SLACK


@dataclass(frozen=True)
class Consent:
    """That a municipality lets a coach in: since when, and which account of it decided so.

    ``named`` says that the coach may name it in what she shows to others.
    """

    nis_code: str
    coach: str
    given_at: datetime
    given_by: str
    named: bool = False


def is_last(account: Account, known: Iterable[Account]) -> bool:
    """Whether nobody else of its role, in its municipality, can go on where this account stops.

    ``known`` are the accounts there are. One that is active needs another that is: whoever was
    only invited may never come. What is closed stops nothing.
    """
    if account.state is AccountState.CLOSED:
        return False
    place = (account.role, account.nis_code)
    return not any(
        other.state in (AccountState.ACTIVE, account.state)
        for other in known
        if other.id != account.id and (other.role, other.nis_code) == place
    )


class AccountNotFound(Exception):
    """There is no such account."""


class AddressTaken(Exception):
    """There is an account with this address already."""


class LinkNotFound(Exception):
    """No such link: never made, used, replaced or past its time."""


def normal_address(typed: str) -> str:
    """An address in the one form in which it is kept and looked for."""
    # No longer than what is refused for its length: putting marks in order takes long.
    return unicodedata.normalize("NFKC", typed[: LONGEST_ADDRESS + 1]).strip().lower()


def is_obvious(password: str, own: Iterable[str], is_common: Callable[[str], bool]) -> bool:
    """Whether a password is no more than words that anybody tries first, whatever is around them.

    ``own`` are texts of whoever chooses it: name, address, municipality. ``is_common`` says
    whether a word stands in a list of common ones. Digits and punctuation count for nothing, and
    neither does writing letters as digits.
    """
    words = OBVIOUS_WORDS | {
        word for text in own for word in (_letters(text), *map(_letters, re.split(r"\W+", text)))
    }
    tried = sorted((word for word in words if len(word) >= _SHORTEST_WORD), key=len, reverse=True)
    for typed in (password, password.translate(_LOOKALIKES)):
        letters = left = _letters(typed)
        for word in tried:
            left = left.replace(word, " ")
        left = left.replace(" ", "")
        if left != letters and len(left) < LEAST_OF_ONES_OWN:
            return True
        if any(len(rest) >= _SHORTEST_WORD and is_common(rest) for rest in (left, letters)):
            return True
    return False


_SHORTEST_WORD = 4
"""A shorter word stands in too many sentences by chance."""


def _letters(text: str) -> str:
    """The letters of a text without their case and marks."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalpha())


def name_faults(name: str) -> tuple[Problem, ...]:
    """What is wrong with the name of somebody."""
    if not name.strip():
        return (Problem("account_no_name", "name"),)
    if len(name) > LONGEST_NAME or not name.isprintable():
        return (Problem("account_name", "name", {"most": str(LONGEST_NAME)}),)
    return ()


def address_faults(address: str) -> tuple[Problem, ...]:
    """What is wrong with an address in its normal form."""
    sound = len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address)
    return () if sound else (Problem("account_address", "address"),)


def faults_of(address: str, name: str, role: Role, nis_code: str | None) -> tuple[Problem, ...]:
    """What is wrong with the details of an account."""
    found: list[Problem] = [*address_faults(address)]
    found += name_faults(name)
    if (role in MUNICIPAL_ROLES) != (nis_code is not None):
        found.append(Problem("account_municipality", "nis_code"))
    return tuple(found)
