"""Bringing older databases up to date: on rows that people typed, and never half."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from evaltool.store import StoreError, open_store
from evaltool.store.database import LATEST
from evaltool.store.engine import Migrations, sqlite_utils
from evaltool.store.first_migrations import m001_evaluations, m002_actions
from evaltool.store.migrating import steps
from evaltool.store.migrations import MIGRATIONS
from tests.factories import a_moment, an_action

EVALUATION = [
    *("abc", "24062", 5, 0, "2026-11-23", "2026-1", "vvsg-2020", "finished"),
    *("2026-11-23T09:00:00+00:00", "2026-11-23T10:00:00+00:00", "2026-11-23T10:00:00+00:00"),
]
SECTION = [
    *("abc", "structure", 3),
    json.dumps(
        {
            "values": {"livcr_presence": "yes_municipal"},
            "other_text": {},
            "notes": {"chair": "sinds 2016"},
        }
    ),
    "2026-11-23T10:00:00+00:00",
]


def older(path: Path, *steps: Callable[[sqlite_utils.Database], None]) -> None:
    """A database as an earlier release left it, with rows."""
    migrations = Migrations("evaltool")
    for step in steps:
        migrations()(step)
    with closing(sqlite3.connect(path)) as connection:
        migrations.apply(sqlite_utils.Database(connection))
        for table, row in (("evaluations", EVALUATION), ("section_answers", SECTION)):
            places = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO {table} VALUES ({places})", row)
        connection.commit()


def test_what_was_typed_before_there_were_plans_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "evaltool.sqlite"
    older(path, m001_evaluations)
    store = open_store(path)
    kept = store.evaluations.get("abc")
    assert kept.answers.values == {"livcr_presence": "yes_municipal"}
    assert kept.answers.notes == {"chair": "sinds 2016"}
    assert kept.versions == {"structure": 3}
    assert store.plans.of("abc") == ()
    added = store.plans.add("abc", an_action(), at=a_moment())
    store.close()
    again = open_store(path)
    assert again.plans.of("abc") == (added,)
    again.close()


def test_a_database_that_is_up_to_date_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "evaltool.sqlite"
    older(path, m001_evaluations, m002_actions)
    store = open_store(path)
    assert store.evaluations.get("abc").nis_code == "24062"
    store.close()


def test_a_step_that_breaks_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "evaltool.sqlite"
    older(path, m001_evaluations)
    broken = Migrations("evaltool")
    broken()(m001_evaluations)

    def m002_actions(db: sqlite_utils.Database) -> None:
        db.execute("CREATE TABLE actions (id TEXT)")
        raise sqlite3.OperationalError("pulled the plug")

    broken()(m002_actions)
    monkeypatch.setattr("evaltool.store.migrating.MIGRATIONS", broken)
    with pytest.raises((StoreError, sqlite3.Error)):
        open_store(path)
    monkeypatch.setattr("evaltool.store.migrating.MIGRATIONS", MIGRATIONS)
    store = open_store(path)
    assert store.plans.of("abc") == ()
    store.close()


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evaltool.sqlite"

    def m999_later(db: sqlite_utils.Database) -> None:
        db.execute("CREATE TABLE later (id TEXT)")

    older(path, m001_evaluations, m002_actions, m999_later)
    with pytest.raises(StoreError):
        open_store(path)


def test_the_last_step_is_the_one_by_which_a_database_is_known_to_be_up_to_date() -> None:
    assert steps()[-1] == LATEST == max(steps())


def test_a_database_that_is_up_to_date_is_opened_without_what_changes_tables(
    tmp_path: Path,
) -> None:
    path = tmp_path / "evaltool.sqlite"
    open_store(path).close()
    program = (
        "import sys; from pathlib import Path; from evaltool.store import open_store;"
        "open_store(Path(sys.argv[1])).close(); print('sqlite_utils' in sys.modules)"
    )
    for place, loaded in ((path, "False"), (tmp_path / "new.sqlite", "True")):
        done = subprocess.run(
            [sys.executable, "-c", program, str(place)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == loaded
