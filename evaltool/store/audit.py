"""The repository of the audit log, on SQLite. Triggers refuse any change of what was written."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime

from evaltool.domain.accounts import CLOCK_SLACK
from evaltool.domain.audit import START, Entry, Event, chained
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_AT_A_TIME = 1000

_log = logging.getLogger(__name__)


class AuditRepository:
    """See :class:`~evaltool.store.access.AuditLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_behind = False

    def append(self, event: Event) -> Entry:
        """See the protocol."""
        with self._database.transaction() as db:
            last = db.execute(
                "SELECT number, digest, at FROM audit ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, previous = (0, START) if last is None else last[:2]
            if last is not None:
                self._heed_clock(event.at, last[2])
            entry = Entry(number + 1, event, chained(previous, number + 1, event))
            db.execute(
                "INSERT INTO audit (number, at, actor, role, action, nis_code, evaluation, detail,"
                " digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    entry.number,
                    moment_to_text(event.at),
                    event.actor,
                    event.role,
                    event.action,
                    event.nis_code,
                    event.evaluation,
                    event.detail,
                    entry.digest,
                ],
            )
            return entry

    def heed_clock(self, now: datetime) -> None:
        """See the protocol."""
        with self._database.reading() as db:
            last = db.execute("SELECT at FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        if last is not None:
            self._heed_clock(now, last[0])

    def _heed_clock(self, now: datetime, last: str) -> None:
        # Requests at the same time need not be written down in their order.
        behind = now + CLOCK_SLACK < datetime.fromisoformat(last)
        if behind and not self._is_behind:
            _log.warning("the clock is before the last entry of the audit log")
        self._is_behind = behind

    def entries(self, after: int | None = None) -> Iterator[Entry]:
        """See the protocol."""
        # Numbers begin at 1, but whoever puts a row in may give it any: no number is no start.
        while True:
            with self._database.reading() as db:
                rows = list(
                    fetched(
                        db,
                        "SELECT * FROM audit WHERE ? IS NULL OR number > ? ORDER BY number LIMIT ?",
                        [after, after, _AT_A_TIME],
                    )
                )
            if not rows:
                return
            yield from map(_entry, rows)
            after = rows[-1]["number"]

    def of_municipality(
        self,
        nis_code: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        actions: Collection[str] | None = None,
        evaluations: Collection[str] | None = None,
    ) -> tuple[Entry, ...]:
        """See the protocol."""
        wanted, values = "", [nis_code, before, before]
        for column, given in (("action", actions), ("evaluation", evaluations)):
            if given is not None:
                wanted += f" AND {column} IN ({', '.join('?' * len(given))})"
                values += sorted(given)
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT * FROM audit WHERE nis_code = ? AND (? IS NULL OR number < ?)"
                f"{wanted} ORDER BY number DESC LIMIT ?",
                [*values, -1 if limit is None else limit],
            )
            return tuple(_entry(row) for row in rows)

    def moments(
        self, account: str, actions: Collection[str], since: datetime
    ) -> tuple[datetime, ...]:
        """See the protocol."""
        marks = ", ".join("?" * len(actions))
        with self._database.reading() as db:
            rows = db.execute(
                f"SELECT at FROM audit WHERE actor = ? AND action IN ({marks}) AND at > ?"
                " ORDER BY at",
                [account, *sorted(actions), moment_to_text(since)],
            ).fetchall()
        return tuple(datetime.fromisoformat(at) for (at,) in rows)

    def of_account(self, account: str) -> tuple[Entry, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(db, "SELECT * FROM audit WHERE actor = ? ORDER BY number", [account])
            return tuple(_entry(row) for row in rows)


def _entry(row: Row) -> Entry:
    event = Event(
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        role=row["role"],
        action=row["action"],
        nis_code=row["nis_code"],
        evaluation=row["evaluation"],
        detail=row["detail"],
    )
    return Entry(row["number"], event, row["digest"])
