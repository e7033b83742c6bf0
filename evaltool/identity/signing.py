"""Signing in: the password, the second factor, and what is asked before either is looked at."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, Stage, normal_address
from evaltool.domain.attempts import (
    CODES_WINDOW,
    must_wait,
    must_wait_for_code,
    must_wait_here,
)
from evaltool.identity.passwords import hashed, is_outdated, is_right
from evaltool.identity.sealing import CannotOpen, Seal
from evaltool.identity.second_factor import (
    DRIFT,
    NO_DRIFT,
    is_sha256,
    normal_recovery_code,
    step_of,
)
from evaltool.identity.tokens import digest
from evaltool.store import Store


class MustWait(Exception):
    """Too many attempts failed; this one was not looked at."""


class MustWaitForCode(MustWait):
    """Too many codes were wrong today; a password chosen by a link helps, or tomorrow."""


class Wrong(Exception):
    """Address, password or code is not right; which of them is not told.

    ``account`` is the one that has the address, for the log alone.
    """

    def __init__(self, account: Account | None = None) -> None:
        super().__init__("wrong")
        self.account = account


@dataclass(frozen=True)
class Desk:
    """Where somebody signs in.

    ``secret_key`` is that of the installation, ``before`` the one that there was before it. A
    ``strict`` one takes the code of an app in its own time alone, and wants it made with SHA-256.
    """

    store: Store
    secret_key: str
    before: str | None = None
    strict: bool = False

    @property
    def drift(self) -> int:
        """How many time steps the code of an app may be off."""
        return NO_DRIFT if self.strict else DRIFT

    @property
    def seal(self) -> Seal:
        """What the secrets of second factors are sealed with."""
        return Seal(self.secret_key, "second factor", self.before)

    def renew_seals(self) -> None:
        """Seal the second factors that the key before opens with the key of now."""
        if self.before is None:
            return
        seal = self.seal
        with self.store.together():
            for account in self.store.accounts.listing():
                renewed = account.second_factor and seal.renewed(account.second_factor)
                if renewed:
                    self.store.accounts.seal_anew(account.id, renewed)

    def unopened(self) -> tuple[int, int]:
        """How many second factors these keys do not open, and how many there are."""
        seal, kept = self.seal, self.store.accounts.listing()
        sealed = [one.second_factor for one in kept if one.second_factor is not None]
        return sum(not seal.opens(text) for text in sealed), len(sealed)

    def by_password(self, typed: str, password: str, network: str, now: datetime) -> Account:
        """The account that an address and a password open.

        ``network`` is the address from which it is tried. Whether there is such an account shows
        neither in the answer nor in how long it takes.

        Raises:
            MustWait: too many attempts failed.
            Wrong: they open none.
        """
        address = normal_address(typed)
        account = self.store.accounts.by_address(address)
        usable = account is not None and account.state is AccountState.ACTIVE
        self._may_try(address, network, now)
        right = is_right(password, account.password if account and usable else None)
        if account is None or not right:
            self._record(address, network, succeeded=False, now=now)
            raise Wrong(account)
        if account.password is not None and is_outdated(account.password):
            account = self.store.accounts.change(account.id, password=hashed(password))
        if account.second_factor is None:
            self._record(address, network, succeeded=True, now=now)
        return account

    def by_code(self, account: Account, typed: str, network: str, now: datetime) -> None:
        """Check the code of a second factor, of the app or one to recover with.

        Raises:
            MustWait: too many attempts failed, within the window or today.
            Wrong: it is not right, or was used before.
        """
        self._may_try(account.address, network, now)
        codes = self._keys(account.address, network, "code")
        if must_wait_for_code(self.store.attempts.failures(*codes, now, CODES_WINDOW)):
            raise MustWaitForCode
        succeeded = self._by_app(account, typed, now) or self.store.accounts.use_recovery_code(
            account.id, digest(normal_recovery_code(typed))
        )
        with self.store.together():
            self._record(account.address, network, succeeded=succeeded, now=now)
            self.store.attempts.record(*codes, succeeded=succeeded, at=now)
        if not succeeded:
            raise Wrong(account)

    def by_link(self, account: Account, network: str, now: datetime) -> None:
        """Note that a password was chosen by a link here: the account knows this address now.

        Whoever is kept out by what others try elsewhere gets in this way.
        """
        with self.store.together():
            self._record(account.address, network, succeeded=True, now=now)
            codes = self._keys(account.address, network, "code")
            self.store.attempts.record(*codes, succeeded=True, at=now)

    def may_still(self, what: str, network: str, now: datetime) -> bool:
        """Whether an address of the network did something less often than is let through.

        That it does it now is noted. For what anybody may ask, without a password to be wrong.
        """
        keys = self._keys("", network, what)
        with self.store.together():
            fits = not must_wait_here(self.store.attempts.failures(*keys, now))
            if fits:
                self.store.attempts.record(*keys, succeeded=False, at=now)
        return fits

    def is_own(self, account: Account, password: str, network: str, now: datetime) -> bool:
        """Whether somebody who is signed in knows the password, asked before what matters.

        Raises:
            MustWait: too many attempts failed.
        """
        self._may_try(account.address, network, now)
        right = is_right(password, account.password)
        if not right:
            self._record(account.address, network, succeeded=False, now=now)
        return right

    def must_renew(self, account: Account) -> bool:
        """Whether an app was set up that will not do here any more: its codes are of SHA-1.

        One that no key of ours opens is of no use either.
        """
        if not self.strict or account.second_factor is None:
            return False
        try:
            return not is_sha256(self.seal.open(account.second_factor))
        except CannotOpen:
            return True

    def _by_app(self, account: Account, typed: str, now: datetime) -> bool:
        if account.second_factor is None:
            return False
        try:
            secret = self.seal.open(account.second_factor)
        except CannotOpen:
            # Sealed under an earlier secret key: only a recovery code helps.
            return False
        step = step_of(typed, secret, now, account.last_step, self.drift)
        used = self.store.accounts.use_step
        return step is not None and used(account.id, step, after=account.last_step)

    def _may_try(self, address: str, network: str, now: datetime) -> None:
        failures = self.store.attempts.failures(*self._keys(address, network), now)
        if must_wait(failures):
            raise MustWait

    def _record(self, address: str, network: str, *, succeeded: bool, now: datetime) -> None:
        account, from_ = self._keys(address, network)
        self.store.attempts.record(account, from_, succeeded=succeeded, at=now)

    def _keys(self, address: str, network: str, what: str = "") -> tuple[str, str]:
        """Keyed digests: the table of attempts holds no addresses of anybody.

        ``what`` keeps apart what is counted apart; by itself it is signing in.
        """
        kind = f"{what} " if what else ""
        return self.keyed(f"{kind}account", address), self.keyed(f"{kind}network", network)

    def keyed(self, kind: str, text: str) -> str:
        """A digest under the secret key, of an address of whatever kind."""
        made = hmac.new(self.secret_key.encode(), f"{kind}:{text}".encode(), hashlib.sha256)
        return made.hexdigest()


def stage_after_password(account: Account, roles: frozenset[Role]) -> Stage:
    """How far somebody is once the password was right; ``roles`` must have a second factor."""
    if account.second_factor is not None:
        return Stage.HALFWAY
    return Stage.ENROLLING if account.needs_second_factor(roles) else Stage.FULL
