"""The repository of what belongs to a common answer, on SQLite."""

from collections.abc import Mapping
from datetime import datetime

from evaltool.store.database import Database
from evaltool.store.rows import fetched
from evaltool.store.serialising import moment_to_text


class ConsensusRepository:
    """See :class:`~evaltool.store.repository.Consensus`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reasons(self, evaluation_id: str) -> Mapping[str, str]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db, "SELECT question, text FROM reasons WHERE evaluation_id = ?", [evaluation_id]
            )
            return {row["question"]: row["text"] for row in rows}

    def give_reason(
        self, evaluation_id: str, question: str, text: str, *, by: str, at: datetime
    ) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            if not text:
                db.execute(
                    "DELETE FROM reasons WHERE evaluation_id = ? AND question = ?",
                    [evaluation_id, question],
                )
                return
            db.execute(
                "INSERT INTO reasons (evaluation_id, question, text, given_at, given_by)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (evaluation_id, question) DO UPDATE SET"
                " text = excluded.text, given_at = excluded.given_at, given_by = excluded.given_by",
                [evaluation_id, question, text, moment_to_text(at), by],
            )

    def show_name(self, view_id: str, *, shown: bool) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE evaluations SET named = ? WHERE id = ? AND view_of IS NOT NULL",
                [int(shown), view_id],
            )
