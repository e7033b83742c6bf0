"""Evaluations in SQLite."""

import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from evaltool.domain.access import Subject
from evaltool.domain.answers import EMPTY, Answers
from evaltool.domain.evaluation import (
    NO_SUPPLEMENT,
    Carried,
    Evaluation,
    Finished,
    NotFound,
    ProfileConflict,
    Snapshot,
    Status,
    Supplement,
    VersionConflict,
    View,
)
from evaltool.domain.plan import Action
from evaltool.store.carried import carried_where, forget_changed, insert_carried
from evaltool.store.database import Database
from evaltool.store.errors import translated
from evaltool.store.evaluation_rows import (
    delete_evaluation,
    evaluation_of,
    evaluations_where,
    insert_snapshot,
    snapshots_of,
    view_to_row,
    write_section,
)
from evaltool.store.plans import insert_actions
from evaltool.store.rows import fetched
from evaltool.store.serialising import (
    answers_from_json,
    answers_to_json,
    moment_to_text,
)

_ID_BYTES = 16
_SUBJECT = """
SELECT nis_code, contributor, (
    SELECT group_concat(nis_code, ' ') FROM zone_members
    WHERE evaluation_id = evaluations.id AND state = 'confirmed'
) FROM evaluations WHERE id = ?
"""


class EvaluationRepository:
    """See :class:`evaltool.store.repository.Evaluations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        *,
        nis_code: str,
        cluster: int,
        cluster_proposed: bool,
        day: date,
        edition: str,
        survey: str,
        sections: Mapping[str, Answers],
        at: datetime,
        actions: Iterable[Action] = (),
        id_: str | None = None,
        view: View | None = None,
        started_from: str | None = None,
        carried: Mapping[str, Carried] | None = None,
    ) -> Evaluation:
        """See the protocol. The id cannot be guessed."""
        if id_ is None:
            id_ = secrets.token_urlsafe(_ID_BYTES)
        with self._database.transaction() as db:
            if (known := self._find(db, id_)) is not None:
                return known
            db.execute(
                "INSERT INTO evaluations (id, nis_code, cluster, cluster_proposed, day, edition,"
                " survey, status, created_at, changed_at, view_of, contributor, discipline,"
                " sections, started_from)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    id_,
                    nis_code,
                    cluster,
                    int(cluster_proposed),
                    day.isoformat(),
                    edition,
                    survey,
                    Status.OPEN,
                    moment_to_text(at),
                    moment_to_text(at),
                    *view_to_row(view),
                    started_from,
                ],
            )
            for section, part in sections.items():
                if part != EMPTY:
                    write_section(db, id_, section, 1, part, at)
            insert_carried(db, id_, carried or {})
            insert_actions(db, id_, actions, at)
            return self._get(db, id_)

    def get(self, id_: str) -> Evaluation:
        """See the protocol."""
        with self._database.reading() as db:
            return self._get(db, id_)

    def subject(self, id_: str) -> Subject:
        """See the protocol."""
        # In one statement, which sees one state by itself: each request asks this.
        with translated():
            row = self._database.connection.execute(_SUBJECT, [id_]).fetchone()
        if row is None:
            raise NotFound(id_)
        nis_code, contributor, bound = row
        return Subject(nis_code, contributor, frozenset((bound or "").split()))

    def listing(
        self, nis_codes: Iterable[str] | None = None, *, most: int = -1, after: int = 0
    ) -> tuple[Evaluation, ...]:
        """See the protocol."""
        order = "ORDER BY changed_at DESC, id LIMIT ? OFFSET ?"
        if nis_codes is None:
            return self._where(f"+view_of IS NULL {order}", [most, after])
        codes = sorted(nis_codes)
        marks = ", ".join("?" * len(codes))
        return self._where(
            f"+view_of IS NULL AND nis_code IN ({marks}) {order}", [*codes, most, after]
        )

    def views_of(self, id_: str) -> tuple[Evaluation, ...]:
        """See the protocol."""
        return self._where("view_of = ? ORDER BY created_at, id", [id_])

    def views_by(self, contributor: str) -> tuple[Evaluation, ...]:
        """See the protocol."""
        return self._where("contributor = ? ORDER BY changed_at DESC, id", [contributor])

    def untouched_since(self, moment: datetime) -> tuple[Evaluation, ...]:
        """See the protocol."""
        return self._where(
            "+view_of IS NULL AND changed_at < ? ORDER BY changed_at, id", [moment_to_text(moment)]
        )

    def keep(self, id_: str, *, at: datetime) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            self._get(db, id_)
            self._touch(db, id_, at)

    def remind(self, id_: str, *, at: datetime) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            self._get(db, id_)
            db.execute(
                "UPDATE evaluations SET reminded_at = ? WHERE id = ?", [moment_to_text(at), id_]
            )

    # "+view_of" keeps the engine from its index: nearly all evaluations are no view of another,
    # and it would look at every one of them.
    def _where(self, condition: str, values: Sequence[str | int]) -> tuple[Evaluation, ...]:
        with self._database.reading() as db:
            return evaluations_where(db, condition, values)

    def save_section(
        self, id_: str, section: str, *, expected_version: int, part: Answers, at: datetime
    ) -> Evaluation:
        """See the protocol."""
        with self._database.transaction() as db:
            current = self._open(db, id_)
            rows = fetched(
                db,
                "SELECT version, answers FROM section_answers"
                " WHERE evaluation_id = ? AND section = ?",
                [id_, section],
            )
            kept = next(iter(rows), None)
            version = kept["version"] if kept else 0
            held = kept["answers"] if kept else answers_to_json(EMPTY)
            if held == answers_to_json(part):
                return current
            if version != expected_version:
                raise VersionConflict(current)
            write_section(db, id_, section, version + 1, part, at)
            forget_changed(db, id_, answers_from_json(held), part)
            self._touch(db, id_, at)
            return self._get(db, id_)

    def change_profile(
        self,
        id_: str,
        *,
        expected: tuple[int, date] | None,
        cluster: int,
        cluster_proposed: bool,
        day: date,
        at: datetime,
    ) -> Evaluation:
        """See the protocol."""
        with self._database.transaction() as db:
            current = self._open(db, id_)
            kept = (current.cluster, current.day)
            if kept not in ((cluster, day), expected):
                raise ProfileConflict(current)
            if kept == (cluster, day) and current.cluster_proposed == cluster_proposed:
                return current
            db.execute(
                "UPDATE evaluations SET cluster = ?, cluster_proposed = ?, day = ? WHERE id = ?",
                [cluster, int(cluster_proposed), day.isoformat(), id_],
            )
            self._touch(db, id_, at)
            return self._get(db, id_)

    def finish(
        self,
        id_: str,
        *,
        at: datetime,
        content: str = "",
        supplement: Supplement = NO_SUPPLEMENT,
    ) -> Evaluation:
        """See the protocol."""
        with self._database.transaction() as db:
            current = self._get(db, id_)
            if current.status is Status.FINISHED:
                return current
            db.execute(
                "UPDATE evaluations SET status = ?, finished_at = ? WHERE id = ?",
                [Status.FINISHED, moment_to_text(at), id_],
            )
            self._touch(db, id_, at)
            finished = self._get(db, id_)
            insert_snapshot(db, finished, at=at, content=content, supplement=supplement)
            return finished

    def reopen(self, id_: str, *, at: datetime) -> Evaluation:
        """See the protocol."""
        with self._database.transaction() as db:
            current = self._get(db, id_)
            if current.status is Status.OPEN:
                return current
            db.execute(
                "UPDATE evaluations SET status = ?, finished_at = NULL WHERE id = ?",
                [Status.OPEN, id_],
            )
            self._touch(db, id_, at)
            return self._get(db, id_)

    def snapshots(self, id_: str) -> tuple[Snapshot, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            self._get(db, id_)
            return snapshots_of(db, id_)

    def delete(self, id_: str) -> None:
        """See the protocol. Freed pages are overwritten and the write-ahead log is emptied."""
        with self._database.transaction() as db:
            self._get(db, id_)
            for view in self.views_of(id_):
                delete_evaluation(db, view.id)
            delete_evaluation(db, id_)
            self._database.truncate_log()

    def _get(self, db: sqlite3.Connection, id_: str) -> Evaluation:
        found = self._find(db, id_)
        if found is None:
            raise NotFound(id_)
        return found

    @staticmethod
    def _find(db: sqlite3.Connection, id_: str) -> Evaluation | None:
        row = next(iter(fetched(db, "SELECT * FROM evaluations WHERE id = ?", [id_])), None)
        if row is None:
            return None
        parts = fetched(db, "SELECT * FROM section_answers WHERE evaluation_id = ?", [id_])
        carried = carried_where(db, "id = ?", [id_])
        return evaluation_of(row, parts, carried.get(id_, {}))

    def _open(self, db: sqlite3.Connection, id_: str) -> Evaluation:
        current = self._get(db, id_)
        if current.status is Status.FINISHED:
            raise Finished(id_)
        return current

    @staticmethod
    def _touch(db: sqlite3.Connection, id_: str, at: datetime) -> None:
        db.execute(
            "UPDATE evaluations SET changed_at = ?, reminded_at = NULL WHERE id = ?",
            [moment_to_text(at), id_],
        )
