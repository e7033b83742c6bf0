"""The repository of the notes of coaches and their sessions, on SQLite."""

import secrets
from datetime import date, datetime
from typing import Any

from evaltool.domain.coaching import (
    MOST_ENTRIES,
    CoachNote,
    CoachSession,
    EntriesFull,
    EntryConflict,
    EntryNotFound,
)
from evaltool.store.database import Database
from evaltool.store.engine import sqlite_utils
from evaltool.store.serialising import moment_to_text

Row = dict[str, Any]

_ID_BYTES = 12


class CoachingRepository:
    """See :class:`~evaltool.store.following.Coaching`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def notes(self, nis_code: str, coach: str) -> tuple[CoachNote, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _notes(db, "nis_code = ? AND coach = ?", [nis_code, coach])

    def sessions(self, nis_code: str, coach: str) -> tuple[CoachSession, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _sessions(db, "nis_code = ? AND coach = ?", [nis_code, coach])

    def add_note(
        self, nis_code: str, coach: str, text: str, *, shared: bool, at: datetime, id_: str | None
    ) -> CoachNote:
        """See the protocol."""
        with self._database.transaction() as db:
            known = _notes(db, "nis_code = ? AND coach = ?", [nis_code, coach])
            found = next((note for note in known if note.id == id_), None)
            if found is not None:
                return found
            if len(known) >= MOST_ENTRIES:
                raise EntriesFull(nis_code)
            id_ = id_ or secrets.token_urlsafe(_ID_BYTES)
            db.execute(
                "INSERT INTO coach_notes (id, coach, nis_code, shared, text, version, changed_at)"
                " VALUES (?, ?, ?, ?, ?, 1, ?)",
                [id_, coach, nis_code, int(shared), text, moment_to_text(at)],
            )
            return _note(db, id_)

    def change_note(
        self, note: CoachNote, text: str, *, shared: bool, expected_version: int, at: datetime
    ) -> CoachNote:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _note(db, note.id)
            if (current.text, current.shared) == (text, shared):
                return current
            if current.version != expected_version:
                raise EntryConflict(current)
            db.execute(
                "UPDATE coach_notes SET version = version + 1, text = ?, shared = ?,"
                " changed_at = ? WHERE id = ?",
                [text, int(shared), moment_to_text(at), note.id],
            )
            return _note(db, note.id)

    def add_session(
        self, nis_code: str, coach: str, day: date, agreed: str, *, at: datetime, id_: str | None
    ) -> CoachSession:
        """See the protocol."""
        with self._database.transaction() as db:
            known = _sessions(db, "nis_code = ? AND coach = ?", [nis_code, coach])
            found = next((session for session in known if session.id == id_), None)
            if found is not None:
                return found
            if len(known) >= MOST_ENTRIES:
                raise EntriesFull(nis_code)
            id_ = id_ or secrets.token_urlsafe(_ID_BYTES)
            db.execute(
                "INSERT INTO coach_sessions (id, coach, nis_code, day, agreed, version, changed_at)"
                " VALUES (?, ?, ?, ?, ?, 1, ?)",
                [id_, coach, nis_code, day.isoformat(), agreed, moment_to_text(at)],
            )
            return _session(db, id_)

    def change_session(
        self, session: CoachSession, day: date, agreed: str, *, expected_version: int, at: datetime
    ) -> CoachSession:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _session(db, session.id)
            if (current.day, current.agreed) == (day, agreed):
                return current
            if current.version != expected_version:
                raise EntryConflict(current)
            db.execute(
                "UPDATE coach_sessions SET version = version + 1, day = ?, agreed = ?,"
                " changed_at = ? WHERE id = ?",
                [day.isoformat(), agreed, moment_to_text(at), session.id],
            )
            return _session(db, session.id)

    def remove(self, entry: CoachNote | CoachSession) -> None:
        """See the protocol."""
        table = "coach_notes" if isinstance(entry, CoachNote) else "coach_sessions"
        with self._database.transaction() as db:
            db.execute(f"DELETE FROM {table} WHERE id = ?", [entry.id])
            self._database.truncate_log()

    def shared_with(self, nis_code: str) -> tuple[tuple[CoachNote, ...], tuple[CoachSession, ...]]:
        """See the protocol."""
        with self._database.reading() as db:
            notes = _notes(db, "nis_code = ? AND shared = 1", [nis_code])
            return notes, _sessions(db, "nis_code = ?", [nis_code])

    def of_coach(self, coach: str) -> tuple[tuple[CoachNote, ...], tuple[CoachSession, ...]]:
        """See the protocol."""
        with self._database.reading() as db:
            return _notes(db, "coach = ?", [coach]), _sessions(db, "coach = ?", [coach])

    def places(self, coach: str) -> frozenset[str]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT nis_code FROM coach_notes WHERE coach = :coach"
                " UNION SELECT nis_code FROM coach_sessions WHERE coach = :coach",
                {"coach": coach},
            ).fetchall()
        return frozenset(code for (code,) in rows)

    def forget(self, nis_code: str, coach: str | None = None) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            for table in ("coach_notes", "coach_sessions"):
                db.execute(
                    f"DELETE FROM {table} WHERE nis_code = :nis"
                    " AND (:coach IS NULL OR coach = :coach)",
                    {"nis": nis_code, "coach": coach},
                )
            self._database.truncate_log()


def _notes(db: sqlite_utils.Database, condition: str, values: list[str]) -> tuple[CoachNote, ...]:
    rows = db.query(
        f"SELECT * FROM coach_notes WHERE {condition} ORDER BY changed_at DESC, id", values
    )
    return tuple(_note_of(row) for row in rows)


def _sessions(
    db: sqlite_utils.Database, condition: str, values: list[str]
) -> tuple[CoachSession, ...]:
    rows = db.query(f"SELECT * FROM coach_sessions WHERE {condition} ORDER BY day DESC, id", values)
    return tuple(_session_of(row) for row in rows)


def _note(db: sqlite_utils.Database, id_: str) -> CoachNote:
    for note in _notes(db, "id = ?", [id_]):
        return note
    raise EntryNotFound(id_)


def _session(db: sqlite_utils.Database, id_: str) -> CoachSession:
    for session in _sessions(db, "id = ?", [id_]):
        return session
    raise EntryNotFound(id_)


def _note_of(row: Row) -> CoachNote:
    return CoachNote(
        id=row["id"],
        coach=row["coach"],
        nis_code=row["nis_code"],
        shared=bool(row["shared"]),
        text=row["text"],
        version=row["version"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )


def _session_of(row: Row) -> CoachSession:
    return CoachSession(
        id=row["id"],
        coach=row["coach"],
        nis_code=row["nis_code"],
        day=date.fromisoformat(row["day"]),
        agreed=row["agreed"],
        version=row["version"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )
