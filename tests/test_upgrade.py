"""From a release without accounts to one with them: nothing is lost, and there is a way back."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from evaltool.cli import main
from evaltool.domain.access import Role
from evaltool.store import NewerVersion, open_store
from evaltool.store.engine import Migrations, sqlite_utils
from evaltool.store.migrations import MIGRATIONS
from tests.hosting import OTHER, OWN, Town, a_town

NOTE = "sinds 2016, op vraag van de burgemeester"
TITLE = "De schepen van welzijn uitnodigen"


def at(hour: int) -> str:
    """A moment as the database has it."""
    return f"2026-03-02T{hour:02}:00:00+00:00"


def earlier() -> Migrations:
    """The steps that the release before accounts knew."""
    made = Migrations("evaltool")
    with closing(sqlite3.connect(":memory:")) as empty:
        known = MIGRATIONS.pending(sqlite_utils.Database(empty))
    names = [step.name for step in known[:3]]
    assert names == ["m001_evaluations", "m002_actions", "m003_content_of_reports"]
    for step in known[:3]:
        made(name=step.name)(step.fn)
    return made


def go_back(patch: pytest.MonkeyPatch) -> None:
    """From here on it is the release before accounts that runs."""
    for module in ("migrating", "copies"):
        patch.setattr(f"evaltool.store.{module}.MIGRATIONS", earlier())
    patch.setattr("evaltool.store.database.LATEST", "m003_content_of_reports")


def add(connection: sqlite3.Connection, table: str, row: Sequence[object]) -> None:
    """Add a row with a value for each column."""
    places = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} VALUES ({places})", row)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database as that release left it: one evaluation finished and planned, one begun."""
    place = tmp_path / "instance"
    place.mkdir()
    answers = {
        "values": {"livcr_presence": "yes_municipal"},
        "other_text": {},
        "notes": {"livcr_presence": NOTE},
    }
    edition = ("2026-1", "vvsg-2020")
    with closing(sqlite3.connect(place / "evaltool.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        earlier().apply(sqlite_utils.Database(connection))
        for row in (
            ("ready", OWN, 5, 0, "2026-03-02", *edition, "finished", at(9), at(11), at(10)),
            ("begun", OTHER, 6, 1, "2026-03-02", *edition, "open", at(9), at(9), None),
        ):
            add(connection, "evaluations", row)
            answered = (row[0], "structure", 3, json.dumps(answers), at(9))
            add(connection, "section_answers", answered)
        planned = ("plan", "ready", 1, 2, TITLE, "", "An", "2027-03-31", "open", "", at(11))
        add(connection, "actions", planned)
        reported = {
            "id": "ready",
            "nis_code": OWN,
            "cluster": 5,
            "cluster_proposed": False,
            "day": "2026-03-02",
            "edition": edition[0],
            "survey": edition[1],
            "status": "finished",
            "answers": answers,
            "versions": {"structure": 3},
            "created_at": at(9),
            "changed_at": at(10),
            "finished_at": at(10),
        }
        add(connection, "snapshots", ("ready", 1, at(10), json.dumps(reported), "a fingerprint"))
        connection.commit()
    return place


def test_everything_that_was_typed_is_there_for_who_may_see_it(folder: Path) -> None:
    town = a_town(folder)
    officer = town.signed_in(town.person(Role.OFFICER))
    assert "/evaluations/ready" in officer.get("/").text
    assert NOTE in officer.get("/evaluations/ready/check").text
    assert officer.get("/evaluations/ready/results").status_code == 200
    assert TITLE in officer.get("/evaluations/ready/plan").text
    assert officer.get("/evaluations/ready/report.pdf").data.startswith(b"%PDF")
    assert officer.get("/evaluations/begun").status_code == 404
    other = town.signed_in(town.person(Role.OFFICER, OTHER))
    page = other.get("/evaluations/begun/sections/structure/1")
    assert NOTE in page.text
    saved = other.send(
        "/evaluations/begun/sections/structure/1", version=3, livcr_presence="no_plans"
    )
    assert saved.status_code == 303
    assert town.held.evaluations.get("begun").versions["structure"] == 4
    assert town.client().get("/ready").status_code == 200
    town.held.store.close()


def test_nothing_of_what_was_kept_is_changed_by_bringing_it_up_to_date(folder: Path) -> None:
    def kept() -> dict[str, list[tuple[object, ...]]]:
        columns = {"evaluations": 11, "section_answers": 5, "actions": 11, "snapshots": 5}
        with closing(sqlite3.connect(folder / "evaltool.sqlite")) as held:
            return {
                table: [row[:number] for row in held.execute(f"SELECT * FROM {table} ORDER BY 1")]
                for table, number in columns.items()
            }

    before = kept()
    assert [len(rows) for rows in before.values()] == [2, 2, 1, 1]
    open_store(folder / "evaltool.sqlite").close()
    assert kept() == before


def test_the_release_before_refuses_the_database_and_leaves_it_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "evaltool.sqlite"
    open_store(path).close()
    whole = path.read_bytes()
    go_back(monkeypatch)
    with pytest.raises(NewerVersion, match="m004_accounts"):
        open_store(path)
    (folder.parent / "near").mkdir()
    status = main(["backup", "--instance", str(folder), "--to", str(folder.parent / "near")])
    assert status == 1
    assert capsys.readouterr().err
    assert path.read_bytes() == whole


def test_the_way_back_is_the_backup_from_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    near, again = folder.parent / "near", folder.parent / "again"
    near.mkdir()
    with monkeypatch.context() as release_before:
        go_back(release_before)
        assert main(["backup", "--instance", str(folder), "--to", str(near)]) == 0
    (backup,) = near.glob("*.sqlite")
    town: Town = a_town(folder)
    town.evaluation()
    town.held.store.close()
    with monkeypatch.context() as release_before:
        go_back(release_before)
        assert main(["restore", str(backup), "--instance", str(again)]) == 0
    assert "2" in capsys.readouterr().out
    with closing(sqlite3.connect(again / "evaltool.sqlite")) as held:
        tables = {row[0] for row in held.execute("SELECT name FROM sqlite_master")}
        assert [row[0] for row in held.execute("SELECT id FROM evaluations ORDER BY id")] == [
            "begun",
            "ready",
        ]
    assert "accounts" not in tables
