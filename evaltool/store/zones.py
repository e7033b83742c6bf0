"""The repository of municipalities that take part in an evaluation of their zone, on SQLite."""

from collections.abc import Iterable
from datetime import datetime

from evaltool.domain.zone import MemberState, ZoneMember
from evaltool.store.database import Database
from evaltool.store.rows import fetched
from evaltool.store.serialising import moment_to_text


class ZoneRepository:
    """See :class:`~evaltool.store.repository.Zones`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, evaluation_id: str) -> tuple[ZoneMember, ...]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = fetched(
                db,
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
        at: datetime,
    ) -> frozenset[str]:
        """See the protocol."""
        wanted = dict(members)
        with self._database.transaction() as db:
            known = {member.nis_code: member.state for member in self.of(evaluation_id)}
            for nis_code, state in known.items():
                if nis_code not in wanted and state is not MemberState.REFUSED:
                    self.leave(evaluation_id, nis_code)
            anew = {
                nis_code
                for nis_code in wanted
                if known.get(nis_code, MemberState.REFUSED) is MemberState.REFUSED
            }
            for nis_code in anew:
                self.leave(evaluation_id, nis_code)
                db.execute(
                    "INSERT INTO zone_members (evaluation_id, nis_code, cluster, state, asked_at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [
                        *(evaluation_id, nis_code, wanted[nis_code]),
                        *(MemberState.ASKED, moment_to_text(at)),
                    ],
                )
            # What a municipality itself confirmed, nobody else changes.
            for nis_code in wanted.keys() - anew:
                db.execute(
                    "UPDATE zone_members SET cluster = ?"
                    " WHERE evaluation_id = ? AND nis_code = ? AND state = ?",
                    [wanted[nis_code], evaluation_id, nis_code, MemberState.ASKED],
                )
        return frozenset(anew)

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
            rows = fetched(
                db,
                "SELECT * FROM zone_members WHERE nis_code = ? ORDER BY asked_at DESC",
                [nis_code],
            )
            return tuple(
                (
                    row["evaluation_id"],
                    ZoneMember(row["nis_code"], row["cluster"], MemberState(row["state"])),
                )
                for row in rows
            )
