"""What is left of the answers that an evaluation began with."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from evaltool.domain.answers import Answers
from evaltool.domain.carrying import changed_answers
from evaltool.domain.evaluation import Carried, Finished, NotFound, Status
from evaltool.store.database import Database
from evaltool.store.rows import fetched
from evaltool.store.serialising import moment_to_text


class CarriedRepository:
    """Confirms carried answers. They are read as part of their evaluation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def confirm(self, evaluation_id: str, confirmed: Mapping[str, bool], *, at: datetime) -> None:
        """Say of questions that their carried answer still holds, or no longer that it does.

        A question whose answer is not the carried one any more is passed over.

        Raises:
            NotFound: there is no such evaluation.
            Finished: it is finished.
        """
        with self._database.transaction() as db:
            rows = fetched(db, "SELECT status FROM evaluations WHERE id = ?", [evaluation_id])
            found = next(iter(rows), None)
            if found is None:
                raise NotFound(evaluation_id)
            if found["status"] == Status.FINISHED:
                raise Finished(evaluation_id)
            changes = [
                db.execute(
                    "UPDATE carried_over SET confirmed = ?"
                    " WHERE evaluation_id = ? AND question = ? AND confirmed <> ?",
                    [int(is_so), evaluation_id, question, int(is_so)],
                ).rowcount
                for question, is_so in confirmed.items()
            ]
            if any(changes):
                db.execute(
                    "UPDATE evaluations SET changed_at = ?, reminded_at = NULL WHERE id = ?",
                    [moment_to_text(at), evaluation_id],
                )


def insert_carried(db: sqlite3.Connection, id_: str, marks: Mapping[str, Carried]) -> None:
    """Mark the answers of a new evaluation, within a transaction of the caller's."""
    for question, mark in marks.items():
        db.execute(
            "INSERT INTO carried_over (evaluation_id, question, since, confirmed)"
            " VALUES (?, ?, ?, ?)",
            [id_, question, mark.since.isoformat(), int(mark.confirmed)],
        )


def forget_changed(db: sqlite3.Connection, id_: str, before: Answers, after: Answers) -> None:
    """Take from the answers that are others now what was said of them.

    That is the mark that they were carried over, and why they were chosen together. Within a
    transaction of the caller's.
    """
    for question in changed_answers(before, after):
        for table in ("carried_over", "reasons"):
            db.execute(
                f"DELETE FROM {table} WHERE evaluation_id = ? AND question = ?", [id_, question]
            )


def carried_where(
    db: sqlite3.Connection, condition: str, values: Sequence[str | int]
) -> Mapping[str, Mapping[str, Carried]]:
    """The marks of the evaluations that a condition of ours holds for, by evaluation."""
    found: dict[str, dict[str, Carried]] = {}
    for row in fetched(
        db,
        "SELECT * FROM carried_over WHERE evaluation_id IN"
        f" (SELECT id FROM evaluations WHERE {condition})",
        values,
    ):
        mark = Carried(date.fromisoformat(row["since"]), bool(row["confirmed"]))
        found.setdefault(row["evaluation_id"], {})[row["question"]] = mark
    return found
