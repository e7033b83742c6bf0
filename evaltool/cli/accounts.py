"""What the commands about accounts do; each is written down in the audit log."""

import argparse
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from evaltool.catalogue import Catalogue
from evaltool.cli.hosting import HostedRun, hosted_run
from evaltool.cli.noting import write_down
from evaltool.cli.output import REFUSED, SOUND, refuse
from evaltool.cli.serving import opened
from evaltool.domain.access import Role
from evaltool.domain.accounts import (
    Account,
    AccountState,
    AddressTaken,
    LinkPurpose,
    faults_of,
    normal_address,
)
from evaltool.domain.language import Texts, date_text, time_text
from evaltool.domain.validation import Problem
from evaltool.identity.tokens import digest, link_with, new_token
from evaltool.store import (
    Store,
    is_kept,
    is_last_administrator,
    is_last_officer,
    open_store,
    withdraw_with,
)


@dataclass(frozen=True)
class Office:
    """Where accounts are looked after: what is kept, the settings, the texts, the moment."""

    catalogue: Catalogue
    run: HostedRun
    store: Store
    t: Texts
    now: datetime

    def write_down(self, action: str, account: Account | None = None) -> None:
        """Add to the audit log what was done, and to which account."""
        place = (account and account.nis_code) or ""
        detail = "" if account is None else account.id
        write_down(self.store, self.now, action, place, detail=detail)

    def leave(self, leaving: Account) -> str:
        """End, within a transaction, what nobody could withdraw after this account; as a line.

        It is empty where the municipality goes on as before.
        """
        last = is_last_officer(self.store, leaving)
        for consent in withdraw_with(self.store, leaving):
            place, coach = consent.nis_code, consent.coach
            write_down(self.store, self.now, "consent_withdrawn", place, detail=coach)
        if not last:
            return ""
        name = self.catalogue.register.known(leaving.nis_code or "").name
        return self.t("user.last_officer", municipality=name)

    def new_link(self, account: Account) -> tuple[str, datetime]:
        """A link to choose a password with, and when it expires. It is kept as a digest alone."""
        token = new_token()
        invited = account.state is AccountState.INVITED
        purpose = LinkPurpose.INVITATION if invited else LinkPurpose.RESET
        expires = self.store.accounts.make_link(account.id, purpose, digest(token), self.now)
        return link_with(self.run.hosted.public_url, token), expires

    def tell_link(self, link: str, expires: datetime) -> None:
        """Print a link, the only time that it can be."""
        local = expires.astimezone()
        language = self.t.language
        moment = f"{date_text(local.date(), language)}, {time_text(local, language)}"
        print(self.t("user.link", moment=moment))
        print(link)


def with_office(
    catalogue: Catalogue,
    options: argparse.Namespace,
    work: Callable[[Office, argparse.Namespace], int],
) -> int:
    """Do something with accounts; where settings or database cannot be used, why is printed."""
    t = catalogue.in_language(options.lang)
    run = hosted_run(options.settings, t)
    if run is None:
        return REFUSED

    def done() -> int:
        if options.action != "add" and not is_kept(run.database):
            # Opening it would make one, in which every account is missing.
            return refuse(t("user.no_database", path=run.database))
        with contextlib.closing(open_store(run.database)) as store:
            return work(Office(catalogue, run, store, t, datetime.now(UTC)), options)

    status = opened(done, run.instance, t)
    return REFUSED if status is None else status


def _add(office: Office, options: argparse.Namespace) -> int:
    t, store = office.t, office.store
    address, name = normal_address(options.address), options.name.strip()
    role, code = Role(options.role), options.municipality
    problems = [*faults_of(address, name, role, code), *_municipality_faults(office, code)]
    if problems:
        return refuse(
            *(f"{_OPTIONS[p.where]}: {t(f'refusal.{p.code}', **p.values)}" for p in problems)
        )
    try:
        with store.together():
            made = store.accounts.create(
                address=address, name=name, role=role, nis_code=code, at=office.now
            )
            office.write_down("invited", made)
            link, expires = office.new_link(made)
    except AddressTaken:
        return refuse(t("user.taken", address=address))
    print(t("user.added", name=made.name, address=made.address, role=t(f"role.{role}")))
    office.tell_link(link, expires)
    return SOUND


_OPTIONS = {"address": "--address", "name": "--name", "nis_code": "--municipality"}
"""Which option gives what details of an account."""


def _municipality_faults(office: Office, code: str | None) -> Iterator[Problem]:
    register = office.catalogue.register
    if code is None or code in register.municipalities:
        return
    if code in register.former:
        into = register.successor(code)
        names = {"name": register.former[code].name, "into": into.name, "code": into.nis_code}
        yield Problem("list_merged", "nis_code", names)
    else:
        yield Problem("list_unknown", "nis_code", {"found": code})


def _list(office: Office, options: argparse.Namespace) -> int:
    t = office.t
    with office.store.together():
        found = office.store.accounts.listing()
        office.write_down("accounts_listed")
    if not found:
        print(t("user.none"))
        return SOUND
    head = tuple(t(key) for key in _COLUMNS)
    rows = [head, *(_row(office, account) for account in found)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    return SOUND


_COLUMNS = (
    *("field.address", "field.name", "field.role", "field.nis_code"),
    *("accounts.state", "user.column_second_factor", "accounts.last_seen"),
)


def _row(office: Office, account: Account) -> tuple[str, ...]:
    t, known = office.t, office.catalogue.register
    day = account.signed_in_at
    return (
        account.address,
        account.name,
        t(f"role.{account.role}"),
        known.known(account.nis_code).name if account.nis_code else "-",
        t(f"account_state.{account.state}"),
        t("accounts.no" if account.second_factor is None else "accounts.yes"),
        t("accounts.never") if day is None else day.astimezone().date().isoformat(),
    )


def _link(office: Office, options: argparse.Namespace) -> int:
    t, store = office.t, office.store
    with store.together():
        account = _account(office, options)
        if account is None:
            return REFUSED
        if account.state is AccountState.CLOSED:
            return refuse(t("user.is_closed", address=account.address))
        if options.remove_second_factor:
            store.accounts.set_second_factor(account.id, None, ())
            store.sessions.end_all(account.id)
            office.write_down("second_factor_removed", account)
        office.write_down("link_made", account)
        link, expires = office.new_link(account)
    if options.remove_second_factor:
        print(t("user.second_factor_removed", name=account.name, address=account.address))
    office.tell_link(link, expires)
    return SOUND


def _close(office: Office, options: argparse.Namespace) -> int:
    t, store, left = office.t, office.store, ""
    with store.together():
        account = _account(office, options)
        if account is None or _is_last(office, account):
            return REFUSED
        if account.state is not AccountState.CLOSED:
            left = office.leave(account)
            store.accounts.change(account.id, state=AccountState.CLOSED)
            store.sessions.end_all(account.id)
            store.accounts.end_password_links(account.id)
            office.write_down("account_closed", account)
    print(t("user.closed", name=account.name, address=account.address))
    if left:
        print(left)
    return SOUND


def _delete(office: Office, options: argparse.Namespace) -> int:
    with office.store.together():
        account = _account(office, options)
        if account is None or _is_last(office, account):
            return REFUSED
        left = office.leave(account)
        office.write_down("account_deleted", account)
        office.store.accounts.delete(account.id)
    print(office.t("user.deleted", name=account.name, address=account.address))
    if left:
        print(left)
    return SOUND


def _account(office: Office, options: argparse.Namespace) -> Account | None:
    """The account that is meant; where there is none, that is printed."""
    found = office.store.accounts.by_address(normal_address(options.address))
    if found is None:
        refuse(office.t("user.not_found", address=options.address))
    return found


def _is_last(office: Office, account: Account) -> bool:
    """Whether nobody could administer the tool without this account; if so, that is printed."""
    last = is_last_administrator(office.store, account)
    if last:
        refuse(office.t("user.last_administrator", address=account.address))
    return last


ACTIONS: Mapping[str, Callable[[Office, argparse.Namespace], int]] = {
    "add": _add,
    "list": _list,
    "link": _link,
    "close": _close,
    "delete": _delete,
}
"""What each action of ``evaltool user`` does."""
