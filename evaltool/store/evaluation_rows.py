"""Evaluations as rows of tables, for the repositories that read or remove them."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import (
    Carried,
    Evaluation,
    Snapshot,
    Status,
    Supplement,
    View,
)
from evaltool.store.carried import carried_where
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import (
    answers_from_json,
    answers_to_json,
    evaluation_from_json,
    evaluation_to_json,
    moment_to_text,
    supplement_from_json,
    supplement_to_json,
)


def evaluations_where(
    db: sqlite3.Connection, condition: str, values: Sequence[str | int]
) -> tuple[Evaluation, ...]:
    """The evaluations that a condition of ours, with its order, holds for."""
    rows = fetched(db, f"SELECT * FROM evaluations WHERE {condition}", values)
    parts: dict[str, list[Row]] = {}
    for row in fetched(
        db,
        "SELECT * FROM section_answers WHERE evaluation_id IN"
        f" (SELECT id FROM evaluations WHERE {condition})",
        values,
    ):
        parts.setdefault(row["evaluation_id"], []).append(row)
    carried = carried_where(db, condition, values)
    return tuple(
        evaluation_of(row, parts.get(row["id"], ()), carried.get(row["id"], {})) for row in rows
    )


def write_section(
    db: sqlite3.Connection, id_: str, section: str, version: int, part: Answers, at: datetime
) -> None:
    """Keep the answers of a section, within a transaction of the caller's."""
    db.execute(
        "INSERT INTO section_answers (evaluation_id, section, version, answers, saved_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (evaluation_id, section) DO UPDATE SET"
        " version = excluded.version, answers = excluded.answers, saved_at = excluded.saved_at",
        [id_, section, version, answers_to_json(part), moment_to_text(at)],
    )


def insert_snapshot(
    db: sqlite3.Connection,
    finished: Evaluation,
    *,
    at: datetime,
    content: str,
    supplement: Supplement,
) -> None:
    """Keep an evaluation as it was finished, within a transaction of the caller's."""
    db.execute(
        "INSERT INTO snapshots"
        " (evaluation_id, number, finished_at, evaluation, content, supplement)"
        " SELECT ?, COUNT(*) + 1, ?, ?, ?, ? FROM snapshots WHERE evaluation_id = ?",
        [
            *(finished.id, moment_to_text(at), evaluation_to_json(finished), content),
            *(supplement_to_json(supplement), finished.id),
        ],
    )


def snapshots_of(db: sqlite3.Connection, id_: str) -> tuple[Snapshot, ...]:
    """An evaluation as it was each time it was finished, oldest first."""
    return tuple(
        snapshot_of(row)
        for row in fetched(
            db, "SELECT * FROM snapshots WHERE evaluation_id = ? ORDER BY number", [id_]
        )
    )


def snapshot_of(row: Row) -> Snapshot:
    """A report as a row keeps it."""
    return Snapshot(
        row["number"],
        datetime.fromisoformat(row["finished_at"]),
        evaluation_from_json(row["evaluation"]),
        row["content"],
        _supplement(row),
    )


def _supplement(row: Row) -> Supplement:
    """What was reported besides; nothing where an earlier release did not keep it."""
    return supplement_from_json(row["supplement"]) if row["supplement"] else Supplement()


def _forget_voice(db: sqlite3.Connection, view: str) -> None:
    """Take a view out of the reports that show it: what is deleted is nowhere any more."""
    rows = fetched(
        db,
        "SELECT * FROM snapshots WHERE evaluation_id IN"
        " (SELECT view_of FROM evaluations WHERE id = ?)",
        [view],
    )
    for row in rows:
        db.execute(
            "UPDATE snapshots SET supplement = ? WHERE evaluation_id = ? AND number = ?",
            [
                supplement_to_json(_supplement(row).without(view)),
                *(row["evaluation_id"], row["number"]),
            ],
        )


def delete_evaluation(db: sqlite3.Connection, id_: str) -> None:
    """Remove one evaluation, within a transaction of the caller's."""
    _forget_voice(db, id_)
    db.execute("UPDATE evaluations SET started_from = NULL WHERE started_from = ?", [id_])
    db.execute(
        "DELETE FROM decisions WHERE meeting_id IN"
        " (SELECT id FROM meetings WHERE evaluation_id = ?)",
        [id_],
    )
    db.execute(
        "DELETE FROM agenda_items WHERE meeting_id IN"
        " (SELECT id FROM meetings WHERE evaluation_id = ?)",
        [id_],
    )
    for table, column in (
        ("meetings", "evaluation_id"),
        ("reasons", "evaluation_id"),
        ("carried_over", "evaluation_id"),
        ("assessments", "evaluation_id"),
        ("zone_members", "evaluation_id"),
        ("actions", "evaluation_id"),
        ("snapshots", "evaluation_id"),
        ("section_answers", "evaluation_id"),
        ("evaluations", "id"),
    ):
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", [id_])


def evaluation_of(row: Row, parts: Iterable[Row], carried: Mapping[str, Carried]) -> Evaluation:
    """An evaluation from its row, those of its sections and the marks of its answers."""
    values: dict[str, Any] = {}
    other_text: dict[str, str] = {}
    notes: dict[str, str] = {}
    versions: dict[str, int] = {}
    for part in parts:
        versions[part["section"]] = part["version"]
        answers = answers_from_json(part["answers"])
        values.update(answers.values)
        other_text.update(answers.other_text)
        notes.update(answers.notes)
    finished_at, reminded_at = row["finished_at"], row["reminded_at"]
    return Evaluation(
        id=row["id"],
        nis_code=row["nis_code"],
        cluster=row["cluster"],
        cluster_proposed=bool(row["cluster_proposed"]),
        day=date.fromisoformat(row["day"]),
        edition=row["edition"],
        survey=row["survey"],
        status=Status(row["status"]),
        answers=Answers(values, other_text, notes),
        versions=versions,
        created_at=datetime.fromisoformat(row["created_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        finished_at=finished_at and datetime.fromisoformat(finished_at),
        view=_view(row),
        reminded_at=reminded_at and datetime.fromisoformat(reminded_at),
        started_from=row["started_from"],
        carried=carried,
    )


def _view(row: Row) -> View | None:
    if row["view_of"] is None:
        return None
    sections = None if row["sections"] is None else frozenset(json.loads(row["sections"]))
    return View(row["view_of"], row["contributor"], row["discipline"], sections, bool(row["named"]))


def view_to_row(view: View | None) -> tuple[str | None, ...]:
    """The columns view_of, contributor, discipline and sections."""
    if view is None:
        return (None, None, None, None)
    sections = None if view.sections is None else json.dumps(sorted(view.sections))
    return (view.of, view.contributor, view.discipline, sections)
