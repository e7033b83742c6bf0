"""A store with very many evaluations, made quickly.

Through the repositories a hundred thousand evaluations take minutes. Here one of them is kept
that way, and its rows are copied within SQLite under other ids: what stands in the store is what
the repositories would have put there. The columns are asked of the database, so that a migration
changes nothing here.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from evaltool.catalogue import Catalogue
from evaltool.domain.evaluation import Evaluation
from evaltool.store import Store
from tests.performance.sites import kept

_OWNERS = {
    "evaluations": "id",
    "section_answers": "evaluation_id",
    "snapshots": "evaluation_id",
    "actions": "evaluation_id",
}
"""The tables that belong to an evaluation, each with its column that names it."""


def fill(store: Store, database: Path, catalogue: Catalogue, number: int) -> Evaluation:
    """Make it ``number`` evaluations, half of them finished; one that is open is given back.

    They are of all other municipalities in turn: what one municipality has does not grow with
    the number of those that use the tool. ``database`` is the file of the store.
    """
    open_one = kept(store, catalogue, finish=False)
    finished = kept(store, catalogue, finish=True)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TEMP TABLE codes (place INTEGER PRIMARY KEY, code TEXT)")
        codes = sorted(set(catalogue.register.municipalities) - {open_one.nis_code})
        connection.executemany("INSERT INTO codes VALUES (?, ?)", enumerate(codes))
        connection.execute("BEGIN IMMEDIATE")
        for table, owner in _OWNERS.items():
            for source, first in ((open_one, 0), (finished, 1)):
                _copy(connection, table, owner, source.id, first, number)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return open_one


def _copy(
    connection: sqlite3.Connection, table: str, owner: str, id_: str, first: int, number: int
) -> None:
    """Copy the rows of one evaluation, so that with those of another it becomes ``number``."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = {name: name for name in columns}
    values[owner] = f"printf('copy-%08d-{first}', counted.n)"
    if table == "evaluations":
        place = "n % (SELECT COUNT(*) FROM codes)"
        values["nis_code"] = f"(SELECT code FROM codes WHERE place = {place})"
        # A second apart, as moments are written.
        values["changed_at"] = "strftime('%Y-%m-%dT%H:%M:%S+00:00', changed_at, (-n) || ' seconds')"
    if table == "actions":
        values["id"] = "printf('%s-%08d', id, counted.n)"
    connection.execute(
        f"WITH RECURSIVE counted(n) AS (SELECT 2 + ? UNION ALL SELECT n + 2 FROM counted"
        f" WHERE n + 2 < ?) INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(values[name] for name in columns)} FROM counted"
        f" CROSS JOIN (SELECT * FROM {table} WHERE {owner} = ?)",
        [first, number, id_],
    )
