"""The repository of what coaches write, on SQLite."""

import secrets
import sqlite3
from datetime import date, datetime

from evaltool.domain.coaching import (
    MOST_ENTRIES,
    CoachEntry,
    EntriesFull,
    EntryConflict,
    EntryNotFound,
)
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_ID_BYTES = 12


class CoachingRepository:
    """See :class:`~evaltool.store.following.Coaching`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, nis_code: str, coach: str) -> tuple[CoachEntry, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _entries(db, "nis_code = ? AND coach = ?", [nis_code, coach])

    def add(
        self,
        nis_code: str,
        coach: str,
        text: str,
        *,
        day: date | None = None,
        shared: bool,
        at: datetime,
        id_: str | None = None,
    ) -> CoachEntry:
        """See the protocol."""
        with self._database.transaction() as db:
            known = _entries(db, "nis_code = ? AND coach = ?", [nis_code, coach])
            found = next((entry for entry in known if entry.id == id_), None)
            if found is not None:
                return found
            if len(known) >= MOST_ENTRIES:
                raise EntriesFull(nis_code)
            id_ = id_ or secrets.token_urlsafe(_ID_BYTES)
            db.execute(
                "INSERT INTO coach_entries"
                " (id, coach, nis_code, day, shared, text, version, changed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
                [id_, coach, nis_code, *_said(text, day, shared=shared), moment_to_text(at)],
            )
            return _entry(db, id_)

    def change(
        self,
        entry: CoachEntry,
        text: str,
        *,
        day: date | None = None,
        shared: bool,
        expected_version: int,
        at: datetime,
    ) -> CoachEntry:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _entry(db, entry.id)
            if (current.text, current.day, current.shared) == (text, day, shared):
                return current
            if current.version != expected_version:
                raise EntryConflict(current)
            db.execute(
                "UPDATE coach_entries SET version = version + 1, day = ?, shared = ?, text = ?,"
                " changed_at = ? WHERE id = ?",
                [*_said(text, day, shared=shared), moment_to_text(at), entry.id],
            )
            return _entry(db, entry.id)

    def remove(self, entry: CoachEntry) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM coach_entries WHERE id = ?", [entry.id])
            self._database.truncate_log()

    def shared_with(self, nis_code: str) -> tuple[CoachEntry, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _entries(db, "nis_code = ? AND shared = 1", [nis_code])

    def of_coach(self, coach: str) -> tuple[CoachEntry, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _entries(db, "coach = ?", [coach])

    def places(self, coach: str) -> frozenset[str]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT DISTINCT nis_code FROM coach_entries WHERE coach = ?", [coach]
            ).fetchall()
        return frozenset(code for (code,) in rows)

    def forget(self, nis_code: str, coach: str | None = None) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM coach_entries WHERE nis_code = :nis"
                " AND (:coach IS NULL OR coach = :coach)",
                {"nis": nis_code, "coach": coach},
            )
            self._database.truncate_log()


def _said(text: str, day: date | None, *, shared: bool) -> list[object]:
    return [None if day is None else day.isoformat(), int(shared), text]


def _entries(db: sqlite3.Connection, condition: str, values: list[str]) -> tuple[CoachEntry, ...]:
    # What has no day comes after all that has one.
    order = "day DESC, changed_at DESC, id"
    rows = fetched(db, f"SELECT * FROM coach_entries WHERE {condition} ORDER BY {order}", values)
    return tuple(_entry_of(row) for row in rows)


def _entry(db: sqlite3.Connection, id_: str) -> CoachEntry:
    for entry in _entries(db, "id = ?", [id_]):
        return entry
    raise EntryNotFound(id_)


def _entry_of(row: Row) -> CoachEntry:
    return CoachEntry(
        id=row["id"],
        coach=row["coach"],
        nis_code=row["nis_code"],
        day=None if row["day"] is None else date.fromisoformat(row["day"]),
        shared=bool(row["shared"]),
        text=row["text"],
        version=row["version"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )
