"""A process that is killed while it changes tables: each step is taken whole or not at all."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from evaltool.store import Database
from evaltool.store.database import LATEST, last_step
from evaltool.store.engine import Migrations, sqlite_utils
from evaltool.store.migrating import steps
from evaltool.store.migrations import MIGRATIONS

# Opens a database and kills itself within a step: at its first statement, at its end or, once
# all of it is committed, right after.
_KILLED = """
import os, signal, sys
from pathlib import Path
from evaltool.store import Database, migrating
from evaltool.store.engine import Migrations, sqlite_utils

path, name, moment = sys.argv[1:]
steps = Migrations("evaltool")

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def broken(function):
    def step(db):
        if moment == "begun":
            done = []
            def count(statement):
                if done:
                    die()
                if statement.lstrip().upper().startswith(("CREATE", "ALTER", "UPDATE", "INSERT")):
                    done.append(statement)
            db.conn.set_trace_callback(count)
        function(db)
        die()
    return step

for one in migrating.MIGRATIONS.pending(sqlite_utils.Database(memory=True)):
    killed = one.name == name and moment != "committed"
    steps(name=one.name)(broken(one.fn) if killed else one.fn)
migrating.MIGRATIONS = steps
Database(Path(path))
die()
"""

_EVALUATION = (
    *("abc", "24062", 5, 0, "2026-11-23", "2026-1", "vvsg-2020", "open"),
    *("2026-11-23T09:00:00+00:00", "2026-11-23T10:00:00+00:00", None),
)


def database_up_to(path: Path, name: str) -> None:
    """A database as a release left it that had every step before one; with a row, if it could."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        earlier = Migrations("evaltool")
        for step in MIGRATIONS.pending(sqlite_utils.Database(memory=True)):
            if step.name < name:
                earlier(name=step.name)(step.fn)
        earlier.apply(sqlite_utils.Database(connection))
        if name > steps()[0]:
            columns = "id nis_code cluster cluster_proposed day edition survey status created_at"
            names = ", ".join([*columns.split(), "changed_at", "finished_at"])
            places = ", ".join("?" * len(_EVALUATION))
            connection.execute(f"INSERT INTO evaluations ({names}) VALUES ({places})", _EVALUATION)
        connection.commit()


def state(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], str]:
    """Tables, rows and last step of a database that is whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        shape = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        rows: list[tuple[object, ...]] = []
        if any(name == "evaluations" for _, name, _ in shape):
            rows = connection.execute("SELECT id, nis_code FROM evaluations").fetchall()
        return shape, rows, last_step(connection)


@pytest.mark.slow
@pytest.mark.parametrize("name", steps())
def test_killed_within_a_step_the_database_is_as_before_and_opens(
    name: str, tmp_path: Path
) -> None:
    for moment in ("begun", "done", "committed"):
        path = tmp_path / moment / "evaltool.sqlite"
        database_up_to(path, name)
        before = state(path)
        command = [sys.executable, "-c", _KILLED, str(path), name, moment]
        done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        shape, rows, last = state(path)
        assert rows == before[1]
        if moment == "committed":
            assert last == LATEST
        else:
            assert (shape, rows, last) == before
        Database(path).close()
        assert state(path)[1:] == (before[1], LATEST)
