"""The repository of municipalities that take part in an evaluation of their zone, on SQLite."""

from collections.abc import Iterable
from datetime import datetime

from evaltool.domain.zone import MemberState, ZoneMember
from evaltool.store.database import Database
from evaltool.store.serialising import moment_to_text


class ZoneRepository:
    """See :class:`~evaltool.store.repository.Zones`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, evaluation_id: str) -> tuple[ZoneMember, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = db.query(
                "SELECT nis_code, cluster, state FROM zone_members WHERE evaluation_id = ?"
                " ORDER BY nis_code",
                [evaluation_id],
            )
            return tuple(
                ZoneMember(row["nis_code"], row["cluster"], MemberState(row["state"]))
                for row in rows
            )

    def ask(
        self,
        evaluation_id: str,
        members: Iterable[tuple[str, int]],
        *,
        state: MemberState,
        at: datetime,
    ) -> None:
        """See the protocol."""
        wanted = dict(members)
        with self._database.transaction() as db:
            for known in self.of(evaluation_id):
                if known.nis_code not in wanted:
                    self.leave(evaluation_id, known.nis_code)
            for nis_code, cluster in wanted.items():
                db.execute(
                    "INSERT INTO zone_members (evaluation_id, nis_code, cluster, state, asked_at)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET cluster = excluded.cluster"
                    " WHERE state = ?",
                    [
                        *(evaluation_id, nis_code, cluster, state, moment_to_text(at)),
                        # What a municipality itself confirmed, nobody else changes.
                        state if state is MemberState.CONFIRMED else MemberState.ASKED,
                    ],
                )

    def answer(
        self,
        evaluation_id: str,
        nis_code: str,
        state: MemberState,
        *,
        cluster: int,
        by: str,
        at: datetime,
    ) -> bool:
        """See the protocol."""
        with self._database.transaction() as db:
            done = db.execute(
                "UPDATE zone_members SET state = ?, cluster = ?, answered_at = ?, answered_by = ?"
                " WHERE evaluation_id = ? AND nis_code = ?",
                [state, cluster, moment_to_text(at), by, evaluation_id, nis_code],
            )
            return done.rowcount == 1

    def leave(self, evaluation_id: str, nis_code: str) -> None:
        """See the protocol."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM zone_members WHERE evaluation_id = ? AND nis_code = ?",
                [evaluation_id, nis_code],
            )

    def asked_of(self, nis_code: str) -> tuple[tuple[str, ZoneMember], ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = db.query(
                "SELECT * FROM zone_members WHERE nis_code = ? ORDER BY asked_at DESC", [nis_code]
            )
            return tuple(
                (
                    row["evaluation_id"],
                    ZoneMember(row["nis_code"], row["cluster"], MemberState(row["state"])),
                )
                for row in rows
            )
