"""The last reports of a municipality, without a look at all that was ever answered."""

from collections.abc import Iterable
from datetime import date, datetime

from evaltool.domain.evaluation import Reported, Snapshot
from evaltool.store.database import Database
from evaltool.store.evaluation_rows import snapshot_of
from evaltool.store.rows import fetched

# The day of an evaluation that was opened again is that of its last report.
_FINISHED = """
SELECT e.id, s.number, s.finished_at,
       CASE WHEN e.status = 'open' THEN json_extract(s.evaluation, '$.day') ELSE e.day END AS day
FROM evaluations e JOIN snapshots s ON s.evaluation_id = e.id
     AND s.number = (SELECT MAX(number) FROM snapshots WHERE evaluation_id = e.id)
WHERE +e.view_of IS NULL AND e.nis_code = ? AND e.edition = ?
      AND (? IS NULL OR EXISTS (SELECT 1 FROM zone_members z WHERE z.evaluation_id = e.id
                                AND z.nis_code = ? AND z.state = 'confirmed'))
ORDER BY 4, s.finished_at, e.id
"""

# A comparison of pairs, (a, b) IN (VALUES ...), would look at all there are.
_WANTED = """
WITH wanted (id, number) AS (VALUES {})
SELECT s.* FROM wanted CROSS JOIN snapshots s
ON s.evaluation_id = wanted.id AND s.number = wanted.number
"""


class ReportRepository:
    """Reads reports. They are kept when an evaluation is finished."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, nis_code: str, edition: str, *, bound: str | None = None) -> tuple[Reported, ...]:
        """The last report of each evaluation of a municipality, by day, without what it says.

        Of one edition of the questionnaire. With ``bound`` only those that this other
        municipality of the police zone confirmed that it takes part in.
        """
        with self._database.reading() as db:
            rows = fetched(db, _FINISHED, [nis_code, edition, bound, bound])
            return tuple(
                Reported(
                    row["id"],
                    row["number"],
                    date.fromisoformat(row["day"]),
                    datetime.fromisoformat(row["finished_at"]),
                )
                for row in rows
            )

    def load(self, reported: Iterable[Reported]) -> tuple[Snapshot, ...]:
        """What these reports were made of, in their order, by one query; without what is gone."""
        wanted = {found.id: found.number for found in reported}
        marks = ", ".join(["(?, ?)"] * len(wanted))
        if not wanted:
            return ()
        with self._database.reading() as db:
            rows = fetched(
                db,
                _WANTED.format(marks),
                [value for pair in wanted.items() for value in pair],
            )
            found = {row["evaluation_id"]: snapshot_of(row) for row in rows}
        return tuple(found[id_] for id_ in wanted if id_ in found)
