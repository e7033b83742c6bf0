"""The repository of meetings, on SQLite."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime

from evaltool.domain.agenda import (
    MOST_DECISIONS,
    MOST_MEETINGS,
    Decision,
    Item,
    Meeting,
    MeetingConflict,
    MeetingNotFound,
    MeetingState,
    Present,
    TooMany,
)
from evaltool.domain.evaluation import NotFound
from evaltool.domain.meeting import ItemKind
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_ID_BYTES = 9


class MeetingRepository:
    """See :class:`~evaltool.store.repository.Meetings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, evaluation_id: str) -> tuple[Meeting, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            _known(db, evaluation_id)
            rows = fetched(
                db,
                "SELECT * FROM meetings WHERE evaluation_id = ? ORDER BY day DESC, created_at DESC",
                [evaluation_id],
            )
            return tuple(_meeting(db, row) for row in list(rows))

    def changed_at(self, evaluation_id: str) -> datetime | None:
        """See the protocol."""
        with self._database.reading() as db:
            _known(db, evaluation_id)
            (last,) = db.execute(
                "SELECT MAX(changed_at) FROM meetings WHERE evaluation_id = ?", [evaluation_id]
            ).fetchone()
        return last and datetime.fromisoformat(last)

    def get(self, evaluation_id: str, id_: str) -> Meeting:
        """See the protocol."""
        with self._database.reading() as db:
            return _one(db, evaluation_id, id_)

    def create(self, evaluation_id: str, meeting: Meeting, *, at: datetime) -> Meeting:
        """See the protocol."""
        with self._database.transaction() as db:
            _known(db, evaluation_id)
            held = list(
                fetched(db, "SELECT id FROM meetings WHERE evaluation_id = ?", [evaluation_id])
            )
            if any(row["id"] == meeting.id for row in held):
                return _one(db, evaluation_id, meeting.id)
            if len(held) >= MOST_MEETINGS:
                raise TooMany(evaluation_id)
            id_ = meeting.id or secrets.token_urlsafe(_ID_BYTES)
            db.execute(
                "INSERT INTO meetings (id, evaluation_id, version, created_at, changed_at, day,"
                " title, length, present, status, started_at, closed_at)"
                " VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [id_, evaluation_id, moment_to_text(at), moment_to_text(at), *_values(meeting)],
            )
            _keep_items(db, id_, meeting.items)
            return _one(db, evaluation_id, id_)

    def change(
        self, evaluation_id: str, meeting: Meeting, *, expected_version: int, at: datetime
    ) -> Meeting:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, meeting.id)
            if _planned(current) == _planned(meeting):
                return current
            lost = [i for i in current.items if meeting.item(i.id) is None]
            if current.version != expected_version or not all(map(current.can_lose, lost)):
                raise MeetingConflict(current)
            db.execute(
                "UPDATE meetings SET version = version + 1, changed_at = ?, day = ?, title = ?,"
                " length = ?, present = ?, status = ?, started_at = ?, closed_at = ? WHERE id = ?",
                [moment_to_text(at), *_values(meeting), meeting.id],
            )
            for item in lost:
                db.execute("DELETE FROM agenda_items WHERE id = ?", [item.id])
            _keep_items(db, meeting.id, meeting.items)
            if meeting.started_at is None:
                db.execute(
                    "UPDATE agenda_items SET opened_at = NULL WHERE meeting_id = ?", [meeting.id]
                )
            return _one(db, evaluation_id, meeting.id)

    def show(self, evaluation_id: str, id_: str, item: str, *, at: datetime) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            _one(db, evaluation_id, id_)
            db.execute(
                "UPDATE agenda_items SET opened_at = ?"
                " WHERE meeting_id = ? AND id = ? AND opened_at IS NULL",
                [moment_to_text(at), id_, item],
            )

    def delete(self, evaluation_id: str, id_: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            _known(db, evaluation_id)
            own = "(SELECT id FROM meetings WHERE evaluation_id = ? AND id = ?)"
            for table in ("decisions", "agenda_items"):
                db.execute(f"DELETE FROM {table} WHERE meeting_id IN {own}", [evaluation_id, id_])
            db.execute(
                "DELETE FROM meetings WHERE evaluation_id = ? AND id = ?", [evaluation_id, id_]
            )

    def note(
        self, evaluation_id: str, id_: str, item: str, notes: str, *, expected: str
    ) -> Meeting:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, id_)
            known = current.item(item)
            if known is None or known.notes not in (expected, notes):
                raise MeetingConflict(current)
            db.execute("UPDATE agenda_items SET notes = ? WHERE id = ?", [notes, item])
            return _one(db, evaluation_id, id_)

    def decide(self, evaluation_id: str, id_: str, decision: Decision) -> Decision:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, id_)
            for known in current.decisions:
                if known.id == decision.id:
                    return known
            if current.item(decision.item) is None:
                raise MeetingConflict(current)
            if len(current.decisions) >= MOST_DECISIONS:
                raise TooMany(id_)
            db.execute(
                "INSERT INTO decisions (id, meeting_id, item_id, number, text, owner, due,"
                " action_id) SELECT ?, ?, ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, ?"
                " FROM decisions WHERE meeting_id = ?",
                [
                    decision.id or secrets.token_urlsafe(_ID_BYTES),
                    id_,
                    decision.item,
                    *_said(decision),
                    id_,
                ],
            )
            return _one(db, evaluation_id, id_).decisions[-1]

    def revise(
        self, evaluation_id: str, id_: str, decision: Decision, *, expected: Decision
    ) -> Meeting:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, id_)
            known = current.decision(decision.id)
            if known is None or known not in (expected, decision):
                raise MeetingConflict(current)
            db.execute(
                "UPDATE decisions SET text = ?, owner = ?, due = ?, action_id = ? WHERE id = ?",
                [*_said(decision), decision.id],
            )
            return _one(db, evaluation_id, id_)

    def withdraw(self, evaluation_id: str, id_: str, decision: str) -> Meeting:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, id_)
            if current.decision(decision) is not None:
                db.execute("DELETE FROM decisions WHERE id = ?", [decision])
            return _one(db, evaluation_id, id_)


def _planned(meeting: Meeting) -> tuple[object, ...]:
    """All that :meth:`MeetingRepository.change` keeps."""
    items = [(i.id, i.kind, i.about, i.title, i.minutes) for i in meeting.items]
    return (*_values(meeting), items)


def _values(meeting: Meeting) -> list[object]:
    present = {"disciplines": meeting.present.disciplines, "others": meeting.present.others}
    return [
        meeting.day.isoformat(),
        meeting.title,
        meeting.length,
        json.dumps(present, ensure_ascii=False),
        meeting.state,
        meeting.started_at and moment_to_text(meeting.started_at),
        meeting.closed_at and moment_to_text(meeting.closed_at),
    ]


def _said(decision: Decision) -> list[object]:
    due = None if decision.due is None else decision.due.isoformat()
    return [decision.text, decision.owner, due, decision.action]


def _keep_items(db: sqlite3.Connection, id_: str, items: Iterable[Item]) -> None:
    """Keep the items of an agenda in their order; the notes of those that it has stay."""
    for number, item in enumerate(items, start=1):
        db.execute(
            "INSERT INTO agenda_items (id, meeting_id, number, kind, about, title, minutes, notes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " number = excluded.number, minutes = excluded.minutes WHERE meeting_id = ?",
            [
                item.id or secrets.token_urlsafe(_ID_BYTES),
                id_,
                number,
                *(item.kind, item.about, item.title, item.minutes, item.notes),
                id_,
            ],
        )


def _known(db: sqlite3.Connection, evaluation_id: str) -> None:
    known = fetched(db, "SELECT 1 AS known FROM evaluations WHERE id = ?", [evaluation_id])
    if next(iter(known), None) is None:
        raise NotFound(evaluation_id)


def _one(db: sqlite3.Connection, evaluation_id: str, id_: str) -> Meeting:
    _known(db, evaluation_id)
    rows = fetched(
        db, "SELECT * FROM meetings WHERE evaluation_id = ? AND id = ?", [evaluation_id, id_]
    )
    row = next(iter(rows), None)
    if row is None:
        raise MeetingNotFound(id_)
    return _meeting(db, row)


def _meeting(db: sqlite3.Connection, row: Row) -> Meeting:
    items = fetched(
        db, "SELECT * FROM agenda_items WHERE meeting_id = ? ORDER BY number", [row["id"]]
    )
    decisions = fetched(
        db, "SELECT * FROM decisions WHERE meeting_id = ? ORDER BY number", [row["id"]]
    )
    present = json.loads(row["present"])
    return Meeting(
        id=row["id"],
        day=date.fromisoformat(row["day"]),
        title=row["title"],
        length=row["length"],
        present=Present(tuple(present["disciplines"]), present["others"]),
        state=MeetingState(row["status"]),
        items=tuple(map(_item, items)),
        decisions=tuple(map(_decision, decisions)),
        version=row["version"],
        started_at=row["started_at"] and datetime.fromisoformat(row["started_at"]),
        closed_at=row["closed_at"] and datetime.fromisoformat(row["closed_at"]),
    )


def _item(row: Row) -> Item:
    return Item(
        kind=ItemKind(row["kind"]),
        title=row["title"],
        minutes=row["minutes"],
        about=row["about"],
        id=row["id"],
        notes=row["notes"],
        opened_at=row["opened_at"] and datetime.fromisoformat(row["opened_at"]),
    )


def _decision(row: Row) -> Decision:
    return Decision(
        text=row["text"],
        owner=row["owner"],
        due=row["due"] and date.fromisoformat(row["due"]),
        item=row["item_id"],
        action=row["action_id"],
        id=row["id"],
    )
