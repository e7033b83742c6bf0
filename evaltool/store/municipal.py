"""The repositories of consents to coaches, and of lists that an administrator loads."""

from datetime import datetime

from evaltool.domain.accounts import Consent
from evaltool.domain.lists import ListKind, LoadedList
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text


class ConsentRepository:
    """See :class:`~evaltool.store.access.Consents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(
        self, nis_code: str, coach: str, *, by: str, at: datetime, named: bool = False
    ) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO consents (nis_code, account_id, given_at, given_by, named)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [nis_code, coach, moment_to_text(at), by, int(named)],
            )

    def name(self, nis_code: str, coach: str, *, named: bool) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE consents SET named = ? WHERE nis_code = ? AND account_id = ?",
                [int(named), nis_code, coach],
            )

    def withdraw(self, nis_code: str, coach: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM consents WHERE nis_code = ? AND account_id = ?", [nis_code, coach]
            )

    def of_municipality(self, nis_code: str) -> tuple[Consent, ...]:
        """See the protocol."""
        return self._where("nis_code", nis_code)

    def to_coach(self, coach: str) -> tuple[Consent, ...]:
        """See the protocol."""
        return self._where("account_id", coach)

    def _where(self, column: str, value: str) -> tuple[Consent, ...]:
        with self._database.reading() as db:
            rows = fetched(
                db, f"SELECT * FROM consents WHERE {column} = ? ORDER BY given_at", [value]
            )
            return tuple(_consent(row) for row in rows)


class ListRepository:
    """See :class:`~evaltool.store.access.Lists`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, kind: ListKind, content: str, *, by: str, at: datetime) -> LoadedList:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO lists (kind, number, content, loaded_at, loaded_by)"
                " SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ? FROM lists WHERE kind = ?",
                [kind, content, moment_to_text(at), by, kind],
            )
            return self.history(kind)[0]

    def current(self, kind: ListKind) -> LoadedList | None:
        """See the protocol."""
        return next(iter(self.history(kind)), None)

    def history(self, kind: ListKind) -> tuple[LoadedList, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(db, "SELECT * FROM lists WHERE kind = ? ORDER BY number DESC", [kind])
            return tuple(_list(row) for row in rows)


def _consent(row: Row) -> Consent:
    return Consent(
        row["nis_code"],
        row["account_id"],
        datetime.fromisoformat(row["given_at"]),
        row["given_by"],
        bool(row["named"]),
    )


def _list(row: Row) -> LoadedList:
    return LoadedList(
        ListKind(row["kind"]),
        row["number"],
        row["content"],
        datetime.fromisoformat(row["loaded_at"]),
        row["loaded_by"],
    )
