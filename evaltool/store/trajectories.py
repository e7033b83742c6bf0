"""The repository of many municipalities in short, on SQLite.

Each method asks the database one thing, however many municipalities it is about.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from evaltool.domain.accounts import AccountState
from evaltool.domain.evaluation import Status
from evaltool.domain.rules import Track
from evaltool.domain.trajectory import Assessment, Kept, Place
from evaltool.store.database import Database
from evaltool.store.rows import Row, fetched
from evaltool.store.serialising import moment_to_text

# Of each evaluation: its last report, its actions, and the last change to anything of it.
#
# An action that stands in several plans of a municipality counts once, as it was changed last: see
# evaltool.domain.changes. Day and cluster are those of the last report while what it rests on is
# open to be changed; a finished evaluation has them itself.
_KEPT = """
WITH counted AS (
  SELECT a.evaluation_id, a.state, ROW_NUMBER() OVER (
           PARTITION BY f.nis_code, a.title, a.finding
           ORDER BY a.changed_at DESC, f.day DESC, f.id DESC, a.number DESC) AS place
  FROM evaluations f JOIN actions a ON a.evaluation_id = f.id
  WHERE +f.view_of IS NULL AND f.nis_code IN ({marks})
),
actions_of AS (
  SELECT evaluation_id, SUM(state IN ('open', 'busy')) AS open, SUM(state = 'done') AS done
  FROM counted WHERE place = 1 GROUP BY evaluation_id
)
SELECT e.id, e.nis_code, e.edition, e.status, e.created_at,
       CASE WHEN e.status = 'open' AND s.number IS NOT NULL
            THEN json_extract(s.evaluation, '$.day') ELSE e.day END AS day,
       CASE WHEN e.status = 'open' AND s.number IS NOT NULL
            THEN json_extract(s.evaluation, '$.cluster') ELSE e.cluster END AS cluster,
       MAX(e.changed_at,
           COALESCE((SELECT MAX(changed_at) FROM actions WHERE evaluation_id = e.id), ''),
           COALESCE((SELECT MAX(changed_at) FROM evaluations WHERE view_of = e.id), ''),
           COALESCE((SELECT MAX(changed_at) FROM meetings WHERE evaluation_id = e.id), '')
       ) AS changed_at,
       s.number AS report, s.finished_at,
       COALESCE(a.open, 0) AS open_actions, COALESCE(a.done, 0) AS done_actions
FROM evaluations e
LEFT JOIN snapshots s ON s.evaluation_id = e.id
     AND s.number = (SELECT MAX(number) FROM snapshots WHERE evaluation_id = e.id)
LEFT JOIN actions_of a ON a.evaluation_id = e.id
WHERE +e.view_of IS NULL AND e.nis_code IN ({marks})
ORDER BY 6, e.created_at, e.id
"""


# Of each municipality: has it an account, did it begin, did it finish, and its last report with an
# edition, in the order of days as on its own pages, with what was worked out of it.
_PLACES = """
WITH reports AS (
  SELECT e.id, e.nis_code, e.edition, s.number, ROW_NUMBER() OVER (
           PARTITION BY e.nis_code, e.edition
           ORDER BY json_extract(s.evaluation, '$.day') DESC, s.finished_at DESC, e.id DESC
         ) AS place
  FROM evaluations e JOIN snapshots s ON s.evaluation_id = e.id
  WHERE e.view_of IS NULL
    AND s.number = (SELECT MAX(number) FROM snapshots WHERE evaluation_id = e.id)
)
SELECT known.nis_code, MAX(known.has_account) AS has_account, MAX(known.began) AS began,
       EXISTS (SELECT 1 FROM reports WHERE nis_code = known.nis_code) AS finished,
       r.id, r.number, a.held
FROM (
  SELECT nis_code, 1 AS has_account, 0 AS began FROM accounts
  WHERE nis_code IS NOT NULL AND state != :closed
  UNION SELECT nis_code, 0, 1 FROM evaluations WHERE view_of IS NULL
) AS known
LEFT JOIN reports r ON r.nis_code = known.nis_code AND r.place = 1 AND r.edition = :edition
LEFT JOIN assessments a
     ON a.evaluation_id = r.id AND a.number = r.number AND a.content = :content
GROUP BY known.nis_code ORDER BY known.nis_code
"""


class TrajectoryRepository:
    """See :class:`~evaltool.store.following.Trajectories`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self, nis_codes: Iterable[str]) -> tuple[Kept, ...]:
        """See the protocol."""
        codes = sorted(nis_codes)
        with self._database.reading() as db:
            rows = fetched(db, _KEPT.format(marks=_marks(codes)), [*codes, *codes])
            return tuple(_kept_of(row) for row in rows)

    def assessments(
        self, nis_codes: Iterable[str], content: str
    ) -> Mapping[tuple[str, int], Assessment]:
        """See the protocol."""
        codes = sorted(nis_codes)
        with self._database.reading() as db:
            rows = fetched(
                db,
                "SELECT a.evaluation_id, a.number, a.held FROM assessments a"
                " JOIN evaluations e ON e.id = a.evaluation_id"
                f" WHERE a.content = ? AND e.nis_code IN ({_marks(codes)})",
                [content, *codes],
            )
            return {
                (row["evaluation_id"], row["number"]): _assessment_of(row["held"]) for row in rows
            }

    def places(self, edition: str, content: str) -> tuple[Place, ...]:
        """See the protocol."""
        asked = {"edition": edition, "content": content, "closed": AccountState.CLOSED}
        with self._database.reading() as db:
            return tuple(_place_of(row) for row in fetched(db, _PLACES, asked))

    def keep(self, found: Mapping[tuple[str, int], Assessment], content: str) -> None:
        """See the protocol. What was deleted in the meantime is left out."""
        with self._database.transaction() as db:
            for (id_, number), assessment in found.items():
                db.execute(
                    "INSERT INTO assessments (evaluation_id, number, content, held)"
                    " SELECT ?, ?, ?, ? FROM evaluations WHERE id = ?"
                    " ON CONFLICT (evaluation_id, number) DO UPDATE SET"
                    " content = excluded.content, held = excluded.held",
                    [id_, number, content, _text_of(assessment), id_],
                )

    def told_since(self, coach: str, action: str, moment: datetime) -> frozenset[str]:
        """See the protocol."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT DISTINCT nis_code FROM audit WHERE actor = ? AND action = ? AND at >= ?",
                [coach, action, moment_to_text(moment)],
            ).fetchall()
        return frozenset(code for (code,) in rows)


def _marks(codes: list[str]) -> str:
    return ", ".join("?" * len(codes))


def _kept_of(row: Row) -> Kept:
    finished = row["finished_at"]
    return Kept(
        id=row["id"],
        nis_code=row["nis_code"],
        cluster=row["cluster"],
        day=date.fromisoformat(row["day"]),
        edition=row["edition"],
        status=Status(row["status"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        report=row["report"],
        finished_at=finished and datetime.fromisoformat(finished),
        open_actions=row["open_actions"],
        done_actions=row["done_actions"],
    )


def _place_of(row: Row) -> Place:
    return Place(
        nis_code=row["nis_code"],
        has_account=bool(row["has_account"]),
        began=bool(row["began"]),
        finished=bool(row["finished"]),
        report=None if row["id"] is None else (row["id"], row["number"]),
        assessment=None if row["held"] is None else _assessment_of(row["held"]),
    )


def _text_of(assessment: Assessment) -> str:
    held = {
        "levels": assessment.levels,
        "track": assessment.track,
        "legal": assessment.legal,
        "attention": assessment.attention,
        "strengths": assessment.strengths,
        "chosen": dict(assessment.chosen),
    }
    return json.dumps(held, separators=(",", ":"))


def _assessment_of(text: str) -> Assessment:
    held = json.loads(text)
    return Assessment(
        levels=tuple(held["levels"]),
        track=None if held["track"] is None else Track(held["track"]),
        legal=held["legal"],
        attention=held["attention"],
        strengths=held["strengths"],
        chosen={question: tuple(codes) for question, codes in held["chosen"].items()},
    )
