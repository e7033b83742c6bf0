"""The repository of accounts and the links that open them, on SQLite."""

import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from evaltool.domain.access import Role
from evaltool.domain.accounts import (
    LINK_LASTS,
    Account,
    AccountNotFound,
    AccountState,
    AddressTaken,
    LinkNotFound,
    LinkPurpose,
)
from evaltool.store.database import Database
from evaltool.store.evaluation_rows import delete_evaluation
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_ID_BYTES = 12
_NO_VIEW = "NOT EXISTS (SELECT 1 FROM evaluations WHERE contributor = accounts.id)"


class AccountRepository:
    """See :class:`~evaltool.store.access.Accounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """See the protocol."""
        with self._database.transaction() as db:
            if self._first(db, "address", address) is not None:
                raise AddressTaken(address)
            id_ = secrets.token_urlsafe(_ID_BYTES)
            db.execute(
                "INSERT INTO accounts (id, address, name, role, nis_code, state, created_at,"
                " invited_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(id_, address, name, role, nis_code, AccountState.INVITED),
                    *(moment_to_text(at), invited_by),
                ],
            )
            return self.get(id_)

    def get(self, id_: str) -> Account:
        """See the protocol."""
        with self._database.reading() as db:
            found = self._first(db, "id", id_)
        if found is None:
            raise AccountNotFound(id_)
        return found

    def by_address(self, address: str) -> Account | None:
        """See the protocol."""
        with self._database.reading() as db:
            return self._first(db, "address", address)

    def by_subject(self, subject: str) -> Account | None:
        """See the protocol."""
        with self._database.reading() as db:
            return self._first(db, "subject", subject)

    def listing(
        self, *, role: Role | None = None, nis_code: str | None = None
    ) -> tuple[Account, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT * FROM accounts WHERE (:role IS NULL OR role = :role)"
                " AND (:nis IS NULL OR nis_code = :nis) ORDER BY role, name, address",
                {"role": role, "nis": nis_code},
            )
            return tuple(_account(row) for row in rows)

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
        """See the protocol."""
        changes = {
            "name": name,
            "role": role,
            "state": state,
            "password": password,
            "subject": subject,
            "signed_in_at": signed_in_at and moment_to_text(signed_in_at),
        }
        given = {column: value for column, value in changes.items() if value is not None}
        with self._database.transaction() as db:
            self._update(db, id_, given)
            return self.get(id_)

    def readdress(self, id_: str, address: str) -> Account:
        """See the protocol."""
        with self._database.transaction() as db:
            known = self._first(db, "address", address)
            if known is not None and known.id != id_:
                raise AddressTaken(address)
            closed = self.get(id_).state is AccountState.CLOSED
            state = AccountState.CLOSED if closed else AccountState.INVITED
            self._update(db, id_, {"address": address, "password": None, "state": state})
            db.execute("DELETE FROM links WHERE account_id = ?", [id_])
            return self.get(id_)

    def move(self, id_: str, nis_code: str | None) -> Account:
        """See the protocol."""
        with self._database.transaction() as db:
            self._update(db, id_, {"nis_code": nis_code})
            return self.get(id_)

    def set_second_factor(self, id_: str, sealed: str | None, codes: Iterable[str]) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            self._update(db, id_, {"second_factor": sealed, "last_step": 0})
            db.execute("DELETE FROM recovery_codes WHERE account_id = ?", [id_])
            for digest in codes:
                db.execute(
                    "INSERT INTO recovery_codes (digest, account_id) VALUES (?, ?)", [digest, id_]
                )

    def seal_anew(self, id_: str, sealed: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            self._update(db, id_, {"second_factor": sealed})

    def use_step(self, id_: str, step: int, *, after: int = 0) -> bool:
        """See the protocol."""
        with self._database.transaction() as db:
            changed = db.execute(
                "UPDATE accounts SET last_step = ? WHERE id = ? AND last_step = ?",
                [step, id_, after],
            )
            return changed.rowcount == 1

    def use_recovery_code(self, id_: str, digest: str) -> bool:
        """See the protocol."""
        with self._database.transaction() as db:
            used = db.execute(
                "DELETE FROM recovery_codes WHERE account_id = ? AND digest = ?", [id_, digest]
            )
            return used.rowcount == 1

    def recovery_codes_left(self, id_: str) -> int:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db, "SELECT COUNT(*) AS left FROM recovery_codes WHERE account_id = ?", [id_]
            )
            return int(next(iter(rows))["left"])

    def delete(self, id_: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            self.get(id_)
            for (view,) in db.execute(
                "SELECT id FROM evaluations WHERE contributor = ?", [id_]
            ).fetchall():
                delete_evaluation(db, view)
            for table in ("recovery_codes", "links", "sessions", "outbox", "consents"):
                db.execute(f"DELETE FROM {table} WHERE account_id = ?", [id_])
            db.execute("DELETE FROM coach_entries WHERE coach = ?", [id_])
            db.execute("DELETE FROM accounts WHERE id = ?", [id_])
            self._database.truncate_log()

    def delete_without_view(self, ids: Iterable[str]) -> tuple[Account, ...]:
        """See the protocol."""
        wanted = sorted(set(ids))
        marks = ", ".join("?" * len(wanted))
        with self._database.transaction() as db:
            rows = fetched(
                db,
                f"SELECT * FROM accounts WHERE id IN ({marks}) AND role = ? AND {_NO_VIEW}",
                [*wanted, Role.CONTRIBUTOR],
            )
            found = tuple(_account(row) for row in list(rows))
            for account in found:
                self.delete(account.id)
            return found

    def left_behind(self, before: datetime) -> tuple[Account, ...]:
        """See the protocol."""
        moment = moment_to_text(before)
        begun = moment_to_text(before - LINK_LASTS[LinkPurpose.INVITATION])
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT * FROM accounts WHERE state = :invited AND created_at < :begun"
                " AND NOT EXISTS (SELECT 1 FROM links WHERE account_id = accounts.id"
                " AND expires_at >= :moment)"
                f" OR role = :contributor AND {_NO_VIEW}"
                " AND MAX(created_at, COALESCE(signed_in_at, '')) < :moment"
                " AND NOT EXISTS (SELECT 1 FROM links WHERE account_id = accounts.id"
                " AND expires_at >= :moment)"
                " ORDER BY created_at, id",
                {
                    "invited": AccountState.INVITED,
                    "contributor": Role.CONTRIBUTOR,
                    "begun": begun,
                    "moment": moment,
                },
            )
            return tuple(_account(row) for row in rows)

    def make_link(self, id_: str, purpose: LinkPurpose, digest: str, at: datetime) -> datetime:
        """See the protocol."""
        expires = at + LINK_LASTS[purpose]
        with self._database.transaction() as db:
            self.get(id_)
            db.execute("DELETE FROM links WHERE account_id = ? AND purpose = ?", [id_, purpose])
            db.execute(
                "INSERT INTO links (digest, account_id, purpose, expires_at) VALUES (?, ?, ?, ?)",
                [digest, id_, purpose, moment_to_text(expires)],
            )
        return expires

    def behind_link(self, digest: str, at: datetime) -> tuple[Account, LinkPurpose]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT account_id, purpose FROM links WHERE digest = ? AND expires_at > ?",
                [digest, moment_to_text(at)],
            )
            row = next(iter(rows), None)
            if row is None:
                raise LinkNotFound
            account = self.get(row["account_id"])
        if account.state is AccountState.CLOSED:
            raise LinkNotFound
        return account, LinkPurpose(row["purpose"])

    def end_password_links(self, id_: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM links WHERE account_id = ? AND purpose != ?", [id_, LinkPurpose.JOIN]
            )

    def use_link(self, digest: str, at: datetime) -> tuple[Account, LinkPurpose]:
        """See the protocol."""
        with self._database.transaction() as db:
            found = self.behind_link(digest, at)
            db.execute("DELETE FROM links WHERE digest = ?", [digest])
            return found

    @staticmethod
    def _first(db: sqlite3.Connection, column: str, value: str) -> Account | None:
        rows = fetched(db, f"SELECT * FROM accounts WHERE {column} = ?", [value])
        row = next(iter(rows), None)
        return None if row is None else _account(row)

    @staticmethod
    def _update(db: sqlite3.Connection, id_: str, given: dict[str, Any]) -> None:
        if not given:
            return
        columns = ", ".join(f"{column} = ?" for column in given)
        done = db.execute(f"UPDATE accounts SET {columns} WHERE id = ?", [*given.values(), id_])
        if done.rowcount != 1:
            raise AccountNotFound(id_)


def _account(row: Row) -> Account:
    signed_in = row["signed_in_at"]
    return Account(
        id=row["id"],
        address=row["address"],
        name=row["name"],
        role=Role(row["role"]),
        nis_code=row["nis_code"],
        state=AccountState(row["state"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        invited_by=row["invited_by"],
        password=row["password"],
        second_factor=row["second_factor"],
        last_step=row["last_step"],
        subject=row["subject"],
        signed_in_at=signed_in and datetime.fromisoformat(signed_in),
    )
