"""What can happen to the disk, the database, the clock and the key, and what people then see."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool import cli
from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from evaltool.domain.audit import verify
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at, normal_recovery_code
from evaltool.identity.tokens import digest
from evaltool.store import Database, NotADatabase, StoreError, migrations as declared
from evaltool.store.engine import Migrations, sqlite_utils
from evaltool.web import create_app
from evaltool.web.context import Services, install
from tests.browsing import begun, form_of, send
from tests.factories import a_hosted
from tests.hosting import PASSWORD, a_town

# More than fits in the room that an almost empty table still has.
TYPED = "wat ik net tikte en niet kwijt wil " * 20


NOTES = {
    f"note:{question}": TYPED * 5
    for question in ("radicalisation_signals", "polarisation_signals", "specific_policy")
}


def services_of(app: Flask) -> Services:
    found: Services = app.extensions["evaltool"]
    return found


def database_of(app: Flask) -> Database:
    evaluations: object = services_of(app).store.evaluations
    found = getattr(evaluations, "_database", None)
    assert isinstance(found, Database)
    return found


def full(app: Flask) -> Callable[[], None]:
    """Leave no room in the database; what is given back makes room again."""
    connection = database_of(app).connection
    connection.execute("CREATE TABLE filler (held BLOB)")
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with contextlib.suppress(sqlite3.OperationalError):
        # Whatever room was left within the pages there are.
        while True:
            connection.execute("INSERT INTO filler VALUES (zeroblob(100))")

    def make_room() -> None:
        connection.execute("PRAGMA max_page_count = 1073741823")

    return make_room


def read_only(app: Flask) -> Callable[[], None]:
    """Make the database refuse to be written to."""
    connection = database_of(app).connection
    connection.execute("PRAGMA query_only = ON")

    def allow() -> None:
        connection.execute("PRAGMA query_only = OFF")

    return allow


HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def wait_for_turn(database: Database, seconds: float) -> None:
    """Have changes wait so long for another process."""
    vars(database)["_wait"] = seconds
    database.connection.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")


def locked(app: Flask) -> Callable[[], None]:
    """Have another process hold the database for longer than a save waits."""
    database = database_of(app)
    wait_for_turn(database, 0.1)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"

    def release() -> None:
        other.communicate(b"\n", timeout=10)
        wait_for_turn(database, 10)

    return release


@pytest.mark.parametrize(
    ("fault", "told"),
    [(full, "geen plaats om te bewaren"), (read_only, "niet schrijven"), (locked, "bezet")],
)
def test_what_cannot_be_saved_stays_on_the_page_and_can_be_saved_later(
    app: Flask, client: FlaskClient, fault: Callable[[Flask], Callable[[], None]], told: str
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    mend = fault(app)
    try:
        refused = send(client, page, "situation/1", fields=NOTES)
    finally:
        mend()
    text = refused.get_data(as_text=True)
    assert refused.status_code == 503
    assert TYPED in text
    assert told in text
    assert "Traceback" not in text
    again = client.post(f"{address}/sections/situation/1", data=form_of(refused, "situation/1"))
    assert again.status_code == 303
    kept = services_of(app).evaluations.get(address.rpartition("/")[2])
    assert kept.answers.notes["specific_policy"].startswith(TYPED.strip())


def test_a_save_waits_for_another_process_that_is_soon_done(
    app: Flask, client: FlaskClient
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/structure/1")
    release = locked(app)
    wait_for_turn(database_of(app), 10)
    timer = threading.Timer(0.5, release)
    timer.start()
    saved = send(client, page, "structure/1", livcr_presence="yes_municipal")
    timer.join()
    assert saved.status_code == 303


def test_a_damaged_database_is_told_and_never_written_over(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    for _ in range(20):
        town.evaluation()
    town.held.store.close()
    file = tmp_path / "evaltool.sqlite"
    raw = bytearray(file.read_bytes())
    raw[:100] = b"\x00" * 100
    file.write_bytes(raw)
    with pytest.raises(NotADatabase):
        create_app({"INSTANCE": tmp_path})
    assert file.read_bytes() == bytes(raw)


def damage(app: Flask) -> None:
    """Spoil the database while it is being served."""
    database = database_of(app)
    database.truncate_log()
    database.close()
    raw = bytearray(database.path.read_bytes())
    # Everything but the head, in which the schema begins.
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    database.path.write_bytes(raw)


def test_a_page_of_a_database_that_was_damaged_meanwhile_is_a_kind_refusal(
    app: Flask, client: FlaskClient
) -> None:
    address = begun(client)
    damage(app)
    answer = client.get(address)
    assert answer.status_code == 503
    assert "Traceback" not in answer.get_data(as_text=True)


def test_what_is_saved_in_a_database_that_was_damaged_meanwhile_comes_back(
    app: Flask, client: FlaskClient
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    damage(app)
    refused = send(client, page, "situation/1", fields=NOTES)
    assert refused.status_code == 503
    assert "De databank is beschadigd" in refused.text
    held = form_of(refused, "situation/1")
    assert {name: held[name] for name in NOTES} == NOTES


def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "evaltool.sqlite"
    Database(path).close()
    before = _shape(path)
    broken = Migrations("evaltool")
    with_all = declared.MIGRATIONS
    for migration in with_all.pending(sqlite_utils.Database(memory=True)):
        broken(name=migration.name)(migration.fn)

    def m999_breaks(db: sqlite_utils.Database) -> None:
        db.table("new_things").create({"id": str}, pk="id")
        raise RuntimeError("the power went")

    broken(name="m999_breaks")(m999_breaks)
    monkeypatch.setattr("evaltool.store.migrating.MIGRATIONS", broken)
    monkeypatch.setattr("evaltool.store.database.LATEST", "m999_breaks")
    with pytest.raises(RuntimeError):
        Database(path)
    assert _shape(path) == before
    monkeypatch.undo()
    Database(path).close()


def test_a_database_of_a_newer_version_is_named_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evaltool.sqlite"
    Database(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE _sqlite_migrations SET name = 'm999_of_later' WHERE name ="
            " (SELECT MAX(name) FROM _sqlite_migrations)"
        )
        connection.commit()
    assert cli.main(["serve", "--port", "0", "--instance", str(tmp_path)]) == 1
    assert "De databank werd gemaakt door een nieuwere versie" in capsys.readouterr().err


def _shape(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()


def test_what_is_deleted_while_somebody_reads_is_gone_from_the_disk_soon_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = a_town(tmp_path)
    marker = "Een toelichting die weg moet."
    doomed, other = town.evaluation(), town.evaluation()
    structure = town.held.catalogue.questionnaire.section_by_id["structure"].questions
    town.held.evaluations.save_section(
        doomed.id,
        "structure",
        expected_version=0,
        part=Answers({}, {}, {structure[0].id: marker}),
        at=town.clock.at,
    )
    database = database_of(town.app)
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM evaluations").fetchall()
        begun_at = time.monotonic()
        town.held.evaluations.delete(doomed.id)
        assert time.monotonic() - begun_at < 5
        # As long as this reader needs it, it cannot go.
        assert marker.encode() in town.bytes_kept()
    monkeypatch.setattr("evaltool.store.database.time.monotonic", lambda: begun_at + 60)
    town.held.evaluations.finish(other.id, at=town.clock.at)
    assert marker.encode() not in town.bytes_kept()


def test_a_clock_that_is_set_back_loses_nothing(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    client = town.signed_in(town.person(Role.OFFICER))
    evaluation = town.evaluation()
    address = f"/evaluations/{evaluation.id}"
    client.send(f"{address}/finish")
    town.clock.at -= timedelta(days=400)
    # How old a session is can no longer be told: it has ended.
    assert client.get(address).status_code == 303
    client = town.signed_in(town.held.store.accounts.listing(role=Role.OFFICER)[0])
    assert client.get(address).status_code == 200
    client.send(f"{address}/reopen")
    client.send(f"{address}/finish")
    assert len(town.held.evaluations.snapshots(evaluation.id)) == 2
    page = client.get(f"{address}/results")
    assert page.status_code == 200
    assert verify(town.held.store.audit.entries()).broken_at is None
    other = town.client()
    who = town.person(Role.CHAIR)
    assert other.send("/sign-in", address=who.address, password=PASSWORD).status_code == 303


def test_of_a_tool_of_ones_own_everything_works_with_a_clock_that_is_set_back(
    app: Flask, client: FlaskClient
) -> None:
    held = services_of(app)
    address = begun(client)
    id_ = address.rpartition("/")[2]
    send(client, client.get(f"{address}/check"), "/finish")
    before = datetime.now(UTC) - timedelta(days=400)
    install(app, replace(held, now=lambda: before))
    send(client, client.get(address), "/reopen")
    page = client.get(f"{address}/sections/situation/1")
    assert send(client, page, "situation/1", fields=NOTES).status_code == 303
    kept = held.evaluations.get(id_)
    assert kept.answers.notes["specific_policy"].startswith(TYPED.strip())
    assert kept.changed_at == before
    send(client, client.get(f"{address}/check"), "/finish")
    assert len(held.evaluations.snapshots(id_)) == 2
    for path in (address, f"{address}/results", "/"):
        assert client.get(path).status_code == 200
    assert client.get(f"{address}/report.pdf").data.startswith(b"%PDF-")


def test_a_form_that_was_made_with_another_key_comes_back_with_what_was_typed(
    tmp_path: Path,
) -> None:
    app = create_app({"INSTANCE": tmp_path, "TESTING": True})
    client = app.test_client()
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    services_of(app).store.close()
    (tmp_path / "secret_key").write_text("another key " * 4)
    again = create_app({"INSTANCE": tmp_path, "TESTING": True}).test_client()
    cookie = client.get_cookie("evaltool")
    assert cookie is not None
    again.set_cookie("evaltool", cookie.value)
    refused = send(again, page, "situation/1", fields={"note:specific_policy": TYPED})
    assert refused.status_code == 400
    assert TYPED.strip() in refused.get_data(as_text=True)
    sent = again.post(f"{address}/sections/situation/1", data=form_of(refused, "situation/1"))
    assert sent.status_code == 303


def test_another_secret_key_ends_sessions_and_leaves_a_way_in_by_recovery_code(
    tmp_path: Path,
) -> None:
    first = a_town(tmp_path)
    hosted = first.held.hosted
    assert hosted is not None
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    who = first.person(Role.COACH)
    first.held.store.accounts.set_second_factor(
        who.id,
        Seal(hosted.secret_key, "second factor").seal(secret),
        [digest(normal_recovery_code("aaaa-bbbb-cccc-dddd"))],
    )
    cookie = first.signed_in(who).get_cookie("__Host-evaltool", domain="evaluatie.example")
    assert cookie is not None
    first.held.store.close()

    second = a_town(tmp_path, secret_key="quite another key, long enough as well")
    thief = second.client()
    thief.set_cookie("__Host-evaltool", cookie.value, domain="evaluatie.example", secure=True)
    assert thief.get("/account").status_code == 303
    client = second.client()
    client.send("/sign-in", address=who.address, password=PASSWORD)
    code = code_at(secret, second.clock.at)
    assert client.send("/sign-in/code", code=code).status_code == 422
    assert client.send("/sign-in/code", code="aaaa-bbbb-cccc-dddd").status_code == 303


@pytest.mark.parametrize("hosted", [False, True])
def test_a_damaged_file_of_the_survey_is_told_at_the_start(
    hosted: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from evaltool import catalogue, paths

    copy = tmp_path / "benchmarks"
    for path in paths.BENCHMARKS.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(paths.BENCHMARKS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    tables = [copy / "vvsg-2020" / f"tabel-{number}.csv" for number in (8, 9)]
    for table in tables:
        table.write_text(table.read_text().replace("1", "2", 1))
    for place in ("evaltool.catalogue.loaded", "evaltool.cli.serving.loaded"):
        monkeypatch.setattr(place, lambda: catalogue.load(benchmarks=copy))
    with pytest.raises(catalogue.Faulty):
        create_app({"INSTANCE": tmp_path, **({"HOSTED": a_hosted()} if hosted else {})})
    local = ["serve", "--port", "0", "--instance", str(tmp_path / "new")]
    assert cli.main(["serve", "--hosted"] if hosted else local) == 1
    told = capsys.readouterr()
    assert all(table.name in told.err for table in tables)
    assert told.out == ""
    assert not (tmp_path / "new").exists()


def test_a_database_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    database = database_of(town.app)
    for path in (database.path, *tmp_path.glob(f"{database.path.name}-*")):
        path.unlink()
    failed: list[str] = []

    def ask() -> None:
        try:
            town.held.evaluations.listing()
        except StoreError as error:
            failed.append(error.code)

    # Another thread opens a connection of its own.
    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert len(failed) == 1
    assert not database.path.exists()
