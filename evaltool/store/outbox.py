"""The repository of letters that wait to be sent, on SQLite."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from evaltool.domain.accounts import AccountNotFound
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_ID_BYTES = 9


@dataclass(frozen=True)
class Waiting:
    """A letter that waits: for whom and about what, never its text.

    ``attempts`` is how often sending it has failed. Moments are in UTC.
    """

    id: str
    account_id: str
    purpose: str
    attempts: int
    queued_at: datetime
    next_at: datetime


class OutboxRepository:
    """What waits to be sent: an :class:`evaltool.mail.outbox.Outbox` that one can add to.

    What is sent or given up is deleted: nothing is kept of who got which letter. Moments are
    given by the caller, aware. An id that is not there (any more) is no fault.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, account_id: str, purpose: str, at: datetime) -> str:
        """Put a letter in the outbox, due at once, and give its id.

        It takes the place of one for the same account and purpose that still waits. It has an
        id of its own, so that what becomes of the earlier one, which may be on its way just
        now, does not touch it.

        Raises:
            AccountNotFound: there is no such account.
        """
        id_, moment = secrets.token_urlsafe(_ID_BYTES), moment_to_text(at)
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM outbox WHERE account_id = ? AND purpose = ?", [account_id, purpose]
            )
            added = db.execute(
                "INSERT INTO outbox (id, account_id, purpose, attempts, queued_at, next_at)"
                " SELECT ?, id, ?, 0, ?, ? FROM accounts WHERE id = ?",
                [id_, purpose, moment, moment, account_id],
            )
            if added.rowcount != 1:
                raise AccountNotFound(account_id)
        return id_

    def due(self, now: datetime) -> tuple[Waiting, ...]:
        """What is to be sent by now, the longest due first."""
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT * FROM outbox WHERE next_at <= ? ORDER BY next_at, rowid",
                [moment_to_text(now)],
            )
            return tuple(_waiting(row) for row in rows)

    def waiting(self) -> int:
        """How many letters wait, due or not."""
        with self._database.reading() as db:
            (count,) = db.execute("SELECT COUNT(*) FROM outbox").fetchone()
            return int(count)

    def sent(self, id_: str) -> None:
        """It is sent: it waits no more."""
        self._delete(id_)

    def failed(self, id_: str, next_at: datetime) -> None:
        """An attempt failed; the next is not before ``next_at``."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id = ?",
                [moment_to_text(next_at), id_],
            )

    def give_up(self, id_: str) -> None:
        """It will not be sent: it waits no more."""
        self._delete(id_)

    def _delete(self, id_: str) -> None:
        with self._database.transaction() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", [id_])


def _waiting(row: Row) -> Waiting:
    return Waiting(
        id=row["id"],
        account_id=row["account_id"],
        purpose=row["purpose"],
        attempts=row["attempts"],
        queued_at=datetime.fromisoformat(row["queued_at"]),
        next_at=datetime.fromisoformat(row["next_at"]),
    )
