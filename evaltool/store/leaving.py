"""What becomes of what others rely on, when an account closes or goes."""

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, Consent, is_last
from evaltool.store.opening import Store


def nobody_left(store: Store, account: Account) -> bool:
    """Whether nobody else of its role, in its municipality, can go on where it stops."""
    return is_last(account, store.accounts.listing(role=account.role, nis_code=account.nis_code))


def is_last_administrator(store: Store, account: Account) -> bool:
    """Whether nobody could administer the tool any more without this account."""
    return account.role is Role.ADMINISTRATOR and nobody_left(store, account)


def is_last_officer(store: Store, account: Account) -> bool:
    """Whether a municipality has nobody any more who can change, delete or let in, without it."""
    active = account.role is Role.OFFICER and account.state is AccountState.ACTIVE
    return active and nobody_left(store, account)


def withdraw_with(store: Store, leaving: Account) -> tuple[Consent, ...]:
    """Withdraw what nobody could withdraw any more once an account goes; which consents those are.

    Within a transaction, before it goes. A consent lasts only as long as the municipality that
    gave it can take it back.
    """
    if not is_last_officer(store, leaving) or leaving.nis_code is None:
        return ()
    found = store.consents.of_municipality(leaving.nis_code)
    for consent in found:
        store.consents.withdraw(consent.nis_code, consent.coach)
    return found
