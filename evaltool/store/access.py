"""What a store of accounts does, whatever engine is behind it.

Moments are given by the caller, aware, and come back in UTC. Digests are those of
:mod:`evaltool.identity.tokens`: no token, password or code is kept itself.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, Consent, LinkPurpose, Session, Stage
from evaltool.domain.attempts import WINDOW, Failures
from evaltool.domain.audit import Entry, Event
from evaltool.domain.lists import ListKind, LoadedList


class Accounts(Protocol):
    """Who can sign in. Methods with an id raise ``AccountNotFound`` where there is none."""

    def create(
        self,
        *,
        address: str,
        name: str,
        role: Role,
        nis_code: str | None,
        at: datetime,
        invited_by: str | None = None,
    ) -> Account:
        """Keep a new account, which is invited.

        Raises:
            AddressTaken: there is one with this address.
        """
        ...

    def get(self, id_: str) -> Account:
        """One account."""
        ...

    def by_address(self, address: str) -> Account | None:
        """The account with an address in its normal form."""
        ...

    def by_subject(self, subject: str) -> Account | None:
        """The account of somebody at the provider of single sign-on."""
        ...

    def listing(
        self, *, role: Role | None = None, nis_code: str | None = None
    ) -> tuple[Account, ...]:
        """The accounts with a role, of a municipality, or all, by role and name."""
        ...

    def change(
        self,
        id_: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        state: AccountState | None = None,
        password: str | None = None,
        subject: str | None = None,
        signed_in_at: datetime | None = None,
    ) -> Account:
        """Change what is given."""
        ...

    def readdress(self, id_: str, address: str) -> Account:
        """Give it another address, whose owner must confirm it: password and links are gone.

        Raises:
            AddressTaken: there is another one with this address.
        """
        ...

    def move(self, id_: str, nis_code: str | None) -> Account:
        """Make it one of another municipality."""
        ...

    def set_second_factor(self, id_: str, sealed: str | None, codes: Iterable[str]) -> None:
        """Replace the sealed secret and the digests of the recovery codes."""
        ...

    def seal_anew(self, id_: str, sealed: str) -> None:
        """Replace the sealed secret by the same one, sealed with another key."""
        ...

    def use_step(self, id_: str, step: int, *, after: int = 0) -> bool:
        """Use up a time step of the second factor; False where another was since ``after``."""
        ...

    def use_recovery_code(self, id_: str, digest: str) -> bool:
        """Use up a recovery code; False where there is none such."""
        ...

    def recovery_codes_left(self, id_: str) -> int:
        """How many recovery codes there still are."""
        ...

    def delete(self, id_: str) -> None:
        """Remove it with its sessions, links, consents and views, beyond recovery."""
        ...

    def delete_without_view(self, ids: Iterable[str]) -> tuple[Account, ...]:
        """Remove those of these contributors that have no view (any more); which they were.

        An account that can do more than give a view, or is gone, is left alone.
        """
        ...

    def left_behind(self, before: datetime) -> tuple[Account, ...]:
        """Accounts that nobody uses since before a moment, the longest first.

        That are invitations that were not accepted, with a link that expired by then, and
        contributors without a view.
        """
        ...

    def make_link(self, id_: str, purpose: LinkPurpose, digest: str, at: datetime) -> datetime:
        """Keep the digest of a link in place of an earlier one for the same; when it expires."""
        ...

    def behind_link(self, digest: str, at: datetime) -> tuple[Account, LinkPurpose]:
        """Whose link it is and what it is for.

        Raises:
            LinkNotFound: never made, used, replaced, past its time, or of a closed account.
        """
        ...

    def end_password_links(self, id_: str) -> None:
        """End its links by which a password is chosen."""
        ...

    def use_link(self, digest: str, at: datetime) -> tuple[Account, LinkPurpose]:
        """Use up a link; raises as ``behind_link``."""
        ...


class Sessions(Protocol):
    """Who is signed in."""

    def start(
        self,
        digest: str,
        account: str,
        stage: Stage,
        *,
        browser: str,
        at: datetime,
        provider_session: str | None = None,
        id_token: str | None = None,
    ) -> None:
        """Keep a new session."""
        ...

    def find(self, digest: str) -> Session | None:
        """The session of a token, whether or not its time is up."""
        ...

    def seen(self, digest: str, at: datetime) -> None:
        """Note that it was used."""
        ...

    def of(self, account: str) -> tuple[Session, ...]:
        """The sessions of an account, the one used last first."""
        ...

    def end(self, digest: str, *, patient: bool = True) -> None:
        """End a session; without waiting long for that where nobody asked for it."""
        ...

    def end_one(self, account: str, handle: str) -> None:
        """End one of an account's own sessions, by its handle."""
        ...

    def end_all(self, account: str) -> None:
        """End every session of an account."""
        ...

    def end_at_provider(self, account: str | None, provider_session: str | None) -> None:
        """End those that came with a session at the provider, or all those of an account."""
        ...

    def keep_secret(self, digest: str, sealed: str | None) -> None:
        """Keep the sealed secret of a second factor that is being set up."""
        ...

    def secret(self, digest: str) -> str | None:
        """The sealed secret of a second factor that is being set up."""
        ...


class Attempts(Protocol):
    """What was tried. ``account`` and ``address`` are keyed digests of both."""

    def failures(
        self, account: str, address: str, at: datetime, window: timedelta = WINDOW
    ) -> Failures:
        """The failures that count at a moment, at most those of ``CODES_WINDOW``."""
        ...

    def record(self, account: str, address: str, *, succeeded: bool, at: datetime) -> None:
        """Note an attempt; one that succeeded wipes out the failures before it from there.

        What counts no longer is removed.
        """
        ...


class Consents(Protocol):
    """Which municipality lets which coach in."""

    def give(
        self, nis_code: str, coach: str, *, by: str, at: datetime, named: bool = False
    ) -> None:
        """Let a coach in; who is in already stays so."""
        ...

    def name(self, nis_code: str, coach: str, *, named: bool) -> None:
        """Say whether a coach who is let in may name the municipality to others."""
        ...

    def withdraw(self, nis_code: str, coach: str) -> None:
        """No longer let a coach in."""
        ...

    def of_municipality(self, nis_code: str) -> tuple[Consent, ...]:
        """Whom a municipality lets in, the longest first."""
        ...

    def to_coach(self, coach: str) -> tuple[Consent, ...]:
        """Which municipalities let a coach in, the longest first."""
        ...


class Lists(Protocol):
    """The lists that an administrator loads; none is ever changed, a new one takes its place."""

    def load(self, kind: ListKind, content: str, *, by: str, at: datetime) -> LoadedList:
        """Keep a list, which counts from now on."""
        ...

    def current(self, kind: ListKind) -> LoadedList | None:
        """The list that counts."""
        ...

    def history(self, kind: ListKind) -> tuple[LoadedList, ...]:
        """All lists of a kind, the last first."""
        ...


class AuditLog(Protocol):
    """The audit log: it can be added to and read, nothing else."""

    def append(self, event: Event) -> Entry:
        """Add an event at the end of the chain."""
        ...

    def heed_clock(self, now: datetime) -> None:
        """Log it, once until it is right again, where the clock is before the last entry."""
        ...

    def entries(self, after: int | None = None) -> Iterator[Entry]:
        """All entries, or those after a number, the first first."""
        ...

    def of_municipality(
        self,
        nis_code: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        actions: Collection[str] | None = None,
        evaluations: Collection[str] | None = None,
    ) -> tuple[Entry, ...]:
        """The entries about a municipality before a number, the last first.

        Where ``actions`` or ``evaluations`` (ids) are given, only the entries of those.
        """
        ...

    def moments(
        self, account: str, actions: Collection[str], since: datetime
    ) -> tuple[datetime, ...]:
        """When an account did one of these actions after a moment, the earliest first."""
        ...

    def of_account(self, account: str) -> tuple[Entry, ...]:
        """The entries of what an account did, the first first."""
        ...
