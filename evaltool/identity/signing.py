"""Signing in: the password, the second factor, and what is asked before either is looked at."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from evaltool.domain.accounts import Account, AccountState, Stage, normal_address
from evaltool.domain.attempts import must_wait
from evaltool.identity.passwords import hashed, is_outdated, is_right
from evaltool.identity.sealing import CannotOpen, Seal
from evaltool.identity.second_factor import normal_recovery_code, step_of
from evaltool.identity.tokens import digest
from evaltool.store import Store


class MustWait(Exception):
    """Too many attempts failed; this one was not looked at."""


class Wrong(Exception):
    """Address, password or code is not right; which of them is not told."""


@dataclass(frozen=True)
class Desk:
    """Where somebody signs in. ``secret_key`` is that of the installation."""

    store: Store
    secret_key: str

    @property
    def seal(self) -> Seal:
        """What the secrets of second factors are sealed with."""
        return Seal(self.secret_key, "second factor")

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
            raise Wrong
        if account.password is not None and is_outdated(account.password):
            account = self.store.accounts.change(account.id, password=hashed(password))
        if account.second_factor is None:
            self._record(address, network, succeeded=True, now=now)
        return account

    def by_code(self, account: Account, typed: str, network: str, now: datetime) -> None:
        """Check the code of a second factor, of the app or one to recover with.

        Raises:
            MustWait: too many attempts failed.
            Wrong: it is not right, or was used before.
        """
        self._may_try(account.address, network, now)
        succeeded = self._by_app(account, typed, now) or self.store.accounts.use_recovery_code(
            account.id, digest(normal_recovery_code(typed))
        )
        self._record(account.address, network, succeeded=succeeded, now=now)
        if not succeeded:
            raise Wrong

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

    def _by_app(self, account: Account, typed: str, now: datetime) -> bool:
        if account.second_factor is None:
            return False
        try:
            secret = self.seal.open(account.second_factor)
        except CannotOpen:
            # Sealed under an earlier secret key: only a recovery code helps.
            return False
        step = step_of(typed, secret, now, account.last_step)
        return step is not None and self.store.accounts.use_step(account.id, step)

    def _may_try(self, address: str, network: str, now: datetime) -> None:
        failures = self.store.attempts.failures(*self._keys(address, network), now)
        if must_wait(failures):
            raise MustWait

    def _record(self, address: str, network: str, *, succeeded: bool, now: datetime) -> None:
        account, from_ = self._keys(address, network)
        self.store.attempts.record(account, from_, succeeded=succeeded, at=now)

    def _keys(self, address: str, network: str) -> tuple[str, str]:
        """Keyed digests: the table of attempts holds no addresses of anybody."""
        return self.keyed("account", address), self.keyed("network", network)

    def keyed(self, kind: str, text: str) -> str:
        """A digest under the secret key, of an address of whatever kind."""
        made = hmac.new(self.secret_key.encode(), f"{kind}:{text}".encode(), hashlib.sha256)
        return made.hexdigest()


def stage_after_password(account: Account) -> Stage:
    """How far somebody is once the password was right."""
    if account.second_factor is not None:
        return Stage.HALFWAY
    return Stage.ENROLLING if account.needs_second_factor else Stage.FULL
