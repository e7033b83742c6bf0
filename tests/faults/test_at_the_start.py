"""Commands on a full disk or a database that is held: what they say, and that nothing is half."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool import cli
from evaltool.catalogue import Catalogue
from evaltool.domain.document import write
from evaltool.store import Database, NotWritten, open_store
from evaltool.store.migrating import steps
from evaltool.web import create_app
from tests.browsing import begun, form_of, send
from tests.factories import a_document_of, all_answers
from tests.faults.serving import installed
from tests.faults.test_killed_migration import database_up_to, state
from tests.faults.test_storage import HOLD, NOTES, services_of

_LIMITED = """
import resource, sys
from evaltool.cli import main
least = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (least, least))
sys.exit(main(sys.argv[2:]))
"""
SAID = (
    "Er is geen plaats om te bewaren.",
    "De toepassing kon niet schrijven op de plaats waar ze bewaart.",
    "een bestand mag hier niet zo groot zijn",
)
"""What is said where a file cannot grow, whoever finds out."""


def limited(least: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that can write no file of more than so many bytes."""
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, str(least), *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def assert_told(ran: "subprocess.CompletedProcess[str]") -> None:
    """It ended with a sentence, and with nothing else."""
    assert ran.returncode == 1, ran.stderr
    assert any(said in ran.stderr for said in SAID)
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize("least", [0, 10, 20_000, 100_000])
def test_a_first_start_on_a_full_disk_says_so_and_the_next_one_starts(
    least: int, tmp_path: Path
) -> None:
    folder = tmp_path / "instance"
    assert_told(limited(least, "serve", "--port", "0", "--instance", str(folder)))
    key = folder / "secret_key"
    assert not key.exists() or len(key.read_text()) == 64
    # Once there is room it starts as if nothing had been.
    app = create_app({"INSTANCE": folder, "TESTING": True})
    assert app.test_client().get("/").status_code == 200
    app.extensions["evaltool"].store.close()


def test_an_import_on_a_full_disk_keeps_all_or_nothing(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    answers = all_answers(catalogue.questionnaire)
    document = a_document_of(catalogue, answers)
    files = [tmp_path / f"{number}.json" for number in range(5)]
    for file in files:
        file.write_text(write(document, catalogue.questionnaire), encoding="utf-8")
    database = tmp_path / "instance" / "evaltool.sqlite"
    open_store(database).close()
    into = ("--instance", str(database.parent))
    assert limited(10**9, "import", str(files[0]), *into).returncode == 0
    size = database.stat().st_size
    # The log of a change must hold all of it; this one is cut off within.
    assert_told(limited(20_000, "import", *map(str, files), *into))
    assert database.stat().st_size == size
    with closing(open_store(database)) as store:
        assert len(store.evaluations.listing()) == 1


@pytest.mark.parametrize("least", [20_000, 60_000])
def test_a_migration_on_a_full_disk_leaves_the_database_as_it_was(
    least: int, tmp_path: Path
) -> None:
    path = tmp_path / "instance" / "evaltool.sqlite"
    database_up_to(path, steps()[1])
    before = state(path)
    assert_told(limited(least, "serve", "--port", "0", "--instance", str(path.parent)))
    assert state(path) == before
    Database(path).close()
    assert state(path)[1] == before[1]


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Have another process hold a database."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.communicate(b"\n", timeout=10)


def test_a_start_while_another_process_holds_the_database_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_store(tmp_path / "evaltool.sqlite").close()
    monkeypatch.setattr(Database.__init__, "__kwdefaults__", {"wait": 0.1})
    for language, said in (("nl", "houdt de databank bezet"), ("en", "holding the database")):
        with held(tmp_path / "evaltool.sqlite"):
            options = ("--port", "0", "--instance", str(tmp_path), "--lang", language)
            assert cli.main(["serve", *options]) == 1
        told = capsys.readouterr()
        assert said in told.err
        assert told.out == ""


@pytest.mark.slow
def test_a_hosted_start_while_another_process_holds_the_database_says_so(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        installation.let_go()
        with held(installation.database):
            ran = installation.command("serve", "--hosted")
    assert ran.returncode == 1
    assert "houdt de databank bezet" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_what_the_system_refuses_to_write_is_told_on_a_page_as_well(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")

    def refuse(*_: object, **__: object) -> None:
        raise NotWritten

    monkeypatch.setattr(services_of(app).evaluations, "save_section", refuse)
    refused = send(client, page, "situation/1", fields=NOTES)
    assert refused.status_code == 503
    assert SAID[1] in refused.text
    held_ = form_of(refused, "situation/1")
    assert {name: held_[name] for name in NOTES} == NOTES
