"""The repository of action plans, on SQLite."""

import secrets
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime

from evaltool.domain.evaluation import NotFound
from evaltool.domain.plan import (
    MOST_ACTIONS,
    Action,
    ActionConflict,
    ActionNotFound,
    ActionState,
    PlanFull,
    PlannedAction,
)
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

_ID_BYTES = 9


class ActionPlanRepository:
    """See :class:`~evaltool.store.repository.ActionPlans`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, evaluation_id: str) -> tuple[PlannedAction, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            return _plan(db, evaluation_id)

    def add(self, evaluation_id: str, action: Action, *, at: datetime) -> PlannedAction:
        """See the protocol."""
        with self._database.transaction() as db:
            plan = _plan(db, evaluation_id)
            for known in plan:
                picked = action.finding is not None and known.action.finding == action.finding
                if picked or known.action == action:
                    return known
            if len(plan) >= MOST_ACTIONS:
                raise PlanFull(evaluation_id)
            insert_actions(db, evaluation_id, [action], at)
            return _plan(db, evaluation_id)[-1]

    def change(
        self, evaluation_id: str, id_: str, action: Action, *, expected_version: int, at: datetime
    ) -> PlannedAction:
        """See the protocol."""
        with self._database.transaction() as db:
            current = _one(db, evaluation_id, id_)
            if current.action == action:
                return current
            if current.version != expected_version:
                raise ActionConflict(current)
            db.execute(
                "UPDATE actions SET version = version + 1, title = ?, finding = ?, owner = ?,"
                " due = ?, state = ?, remark = ?, changed_at = ?, done_at = ? WHERE id = ?",
                [
                    *_values(action),
                    moment_to_text(at),
                    _done_at(action, current.done_at or at),
                    id_,
                ],
            )
            return _one(db, evaluation_id, id_)

    def remove(self, evaluation_id: str, id_: str, *, expected_version: int) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            plan = _plan(db, evaluation_id)
            current = next((planned for planned in plan if planned.id == id_), None)
            if current is not None and current.version != expected_version:
                raise ActionConflict(current)
            db.execute(
                "DELETE FROM actions WHERE evaluation_id = ? AND id = ?", [evaluation_id, id_]
            )


def insert_actions(
    db: sqlite3.Connection, evaluation_id: str, actions: Iterable[Action], at: datetime
) -> None:
    """Put actions at the end of a plan, within a transaction of the caller's."""
    for action in actions:
        db.execute(
            "INSERT INTO actions (id, evaluation_id, number, version, title, finding, owner, due,"
            " state, remark, changed_at, done_at)"
            " SELECT ?, ?, COALESCE(MAX(number), 0) + 1, 1, ?, ?, ?, ?, ?, ?, ?, ?"
            " FROM actions WHERE evaluation_id = ?",
            [
                secrets.token_urlsafe(_ID_BYTES),
                evaluation_id,
                *_values(action),
                moment_to_text(at),
                _done_at(action, at),
                evaluation_id,
            ],
        )


def _values(action: Action) -> list[object]:
    due = None if action.due is None else action.due.isoformat()
    return [action.title, action.finding, action.owner, due, action.state, action.remark]


def _done_at(action: Action, at: datetime) -> str | None:
    return moment_to_text(at) if action.state is ActionState.DONE else None


def _plan(db: sqlite3.Connection, evaluation_id: str) -> tuple[PlannedAction, ...]:
    known = fetched(db, "SELECT 1 AS known FROM evaluations WHERE id = ?", [evaluation_id])
    if next(iter(known), None) is None:
        raise NotFound(evaluation_id)
    rows = fetched(
        db, "SELECT * FROM actions WHERE evaluation_id = ? ORDER BY number", [evaluation_id]
    )
    return tuple(_planned(row) for row in rows)


def _one(db: sqlite3.Connection, evaluation_id: str, id_: str) -> PlannedAction:
    for planned in _plan(db, evaluation_id):
        if planned.id == id_:
            return planned
    raise ActionNotFound(id_)


def _planned(row: Row) -> PlannedAction:
    return PlannedAction(
        id=row["id"],
        version=row["version"],
        action=Action(
            title=row["title"],
            finding=row["finding"],
            owner=row["owner"],
            due=None if row["due"] is None else date.fromisoformat(row["due"]),
            state=ActionState(row["state"]),
            remark=row["remark"],
        ),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        done_at=row["done_at"] and datetime.fromisoformat(row["done_at"]),
    )
