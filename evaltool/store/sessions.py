"""The repositories of sessions and of attempts to sign in, on SQLite."""

import secrets
from datetime import datetime, timedelta

from evaltool.domain.accounts import ABSOLUTE_LIMIT, Session, Stage
from evaltool.domain.attempts import CODES_WINDOW, REMEMBERED, WINDOW, Failures
from evaltool.store.database import SHORT_WAIT, Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_HANDLE_BYTES = 9
_LONGEST_BROWSER = 200


class SessionRepository:
    """See :class:`~evaltool.store.access.Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """See the protocol."""
        moment = moment_to_text(at)
        with self._database.transaction() as db:
            # Those that ended by themselves are of no use to anybody.
            db.execute(
                "DELETE FROM sessions WHERE started_at < ?", [moment_to_text(at - ABSOLUTE_LIMIT)]
            )
            db.execute(
                "INSERT INTO sessions (digest, handle, account_id, stage, started_at, seen_at,"
                " browser, provider_session, id_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    digest,
                    secrets.token_urlsafe(_HANDLE_BYTES),
                    account,
                    stage,
                    moment,
                    moment,
                    browser[:_LONGEST_BROWSER],
                    provider_session,
                    id_token,
                ],
            )

    def find(self, digest: str) -> Session | None:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(db, "SELECT * FROM sessions WHERE digest = ?", [digest])
            row = next(iter(rows), None)
        return None if row is None else _session(row)

    def seen(self, digest: str, at: datetime) -> None:
        """See the protocol."""
        with self._database.transaction(SHORT_WAIT) as db:
            db.execute(
                "UPDATE sessions SET seen_at = ? WHERE digest = ?", [moment_to_text(at), digest]
            )

    def of(self, account: str) -> tuple[Session, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db, "SELECT * FROM sessions WHERE account_id = ? ORDER BY seen_at DESC", [account]
            )
            return tuple(_session(row) for row in rows)

    def end(self, digest: str, *, patient: bool = True) -> None:
        """See the protocol."""
        with self._database.transaction(None if patient else SHORT_WAIT) as db:
            db.execute("DELETE FROM sessions WHERE digest = ?", [digest])

    def end_one(self, account: str, handle: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM sessions WHERE account_id = ? AND handle = ?", [account, handle]
            )

    def end_all(self, account: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sessions WHERE account_id = ?", [account])

    def end_at_provider(self, account: str | None, provider_session: str | None) -> None:
        """See the protocol."""
        if account is None and provider_session is None:
            return
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM sessions WHERE (:account IS NULL OR account_id = :account)"
                " AND (:session IS NULL OR provider_session = :session)",
                {"account": account, "session": provider_session},
            )

    def keep_secret(self, digest: str, sealed: str | None) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute("UPDATE sessions SET pending_secret = ? WHERE digest = ?", [sealed, digest])

    def secret(self, digest: str) -> str | None:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(db, "SELECT pending_secret FROM sessions WHERE digest = ?", [digest])
            row = next(iter(rows), None)
        return None if row is None else row["pending_secret"]


class AttemptRepository:
    """See :class:`~evaltool.store.access.Attempts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def failures(
        self, account: str, address: str, at: datetime, window: timedelta = WINDOW
    ) -> Failures:
        """See the protocol."""
        # What a clock noted that was set back since would count until that moment comes.
        since, until = moment_to_text(at - window), moment_to_text(at + window)
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT account = :account AS same_account, address = :address AS same_address,"
                " COUNT(*) AS number FROM attempts"
                " WHERE succeeded = 0 AND at > :since AND at < :until"
                " AND (account = :account OR address = :address)"
                " GROUP BY same_account, same_address",
                {"account": account, "address": address, "since": since, "until": until},
            )
            counts = {(r["same_account"], r["same_address"]): int(r["number"]) for r in rows}
            known = db.execute(
                "SELECT 1 FROM attempts WHERE succeeded = 1 AND account = ? AND address = ?"
                " AND at > ? LIMIT 1",
                [account, address, moment_to_text(at - REMEMBERED)],
            ).fetchone()
        here = counts.get((1, 1), 0)
        return Failures(
            known=known is not None,
            from_here=here,
            from_elsewhere=counts.get((1, 0), 0),
            of_address=here + counts.get((0, 1), 0),
        )

    def record(self, account: str, address: str, *, succeeded: bool, at: datetime) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM attempts WHERE at < ? OR (succeeded = 0 AND at < ?)",
                [moment_to_text(at - REMEMBERED), moment_to_text(at - CODES_WINDOW)],
            )
            if succeeded:
                db.execute(
                    "DELETE FROM attempts WHERE account = ? AND address = ?", [account, address]
                )
            db.execute(
                "INSERT INTO attempts (account, address, at, succeeded) VALUES (?, ?, ?, ?)",
                [account, address, moment_to_text(at), int(succeeded)],
            )


def _session(row: Row) -> Session:
    return Session(
        handle=row["handle"],
        account=row["account_id"],
        stage=Stage(row["stage"]),
        started_at=datetime.fromisoformat(row["started_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        browser=row["browser"],
        provider_session=row["provider_session"],
        id_token=row["id_token"],
    )
