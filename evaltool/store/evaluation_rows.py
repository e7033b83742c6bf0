"""Evaluations as rows of tables, for the repositories that read or remove them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Carried, Evaluation, Status, View
from evaltool.store.carried import carried_where
from evaltool.store.engine import sqlite_utils
from evaltool.store.serialising import answers_from_json, answers_to_json, moment_to_text

Row = Mapping[str, Any]


def evaluations_where(
    db: sqlite_utils.Database, condition: str, values: list[str]
) -> tuple[Evaluation, ...]:
    """The evaluations that a condition of ours, with its order, holds for."""
    rows = list(db.query(f"SELECT * FROM evaluations WHERE {condition}", values))
    parts: dict[str, list[Row]] = {}
    for row in db.query(
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
    db: sqlite_utils.Database, id_: str, section: str, version: int, part: Answers, at: datetime
) -> None:
    """Keep the answers of a section, within a transaction of the caller's."""
    db.execute(
        "INSERT INTO section_answers (evaluation_id, section, version, answers, saved_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (evaluation_id, section) DO UPDATE SET"
        " version = excluded.version, answers = excluded.answers, saved_at = excluded.saved_at",
        [id_, section, version, answers_to_json(part), moment_to_text(at)],
    )


def delete_evaluation(db: sqlite_utils.Database, id_: str) -> None:
    """Remove one evaluation, within a transaction of the caller's."""
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
