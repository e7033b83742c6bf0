"""A database that really cannot be written to: held by another process, or on a read-only disk."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evaltool import cli
from evaltool.store import ReadOnly, open_store
from evaltool.web import create_app
from tests.browsing import begun, form_of, send
from tests.faults.test_storage import NOTES, TYPED, database_of, services_of

_HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("COMMIT")
"""
_HELD_SECONDS = float(os.environ.get("EVALTOOL_HELD_SECONDS", "14"))
"""Longer than a change waits; in the long form half a minute."""
_NOBODY = 65534


@pytest.mark.slow
def test_while_another_process_holds_the_database_for_long_a_save_says_so(
    app: Flask, client: FlaskClient
) -> None:
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    command = [sys.executable, "-c", _HOLD, str(database_of(app).path), str(_HELD_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        began = time.monotonic()
        refused = send(client, page, "situation/1", fields=NOTES)
        waited = time.monotonic() - began
        # Who reads does not wait for it.
        assert client.get(address).status_code == 200
        assert other.poll() is None
        other.wait(timeout=2 * _HELD_SECONDS)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 503
    assert "bezet" in text
    assert TYPED in text
    assert 9 < waited < _HELD_SECONDS - 1
    again = client.post(f"{address}/sections/situation/1", data=form_of(refused, "situation/1"))
    assert again.status_code == 303
    kept = services_of(app).evaluations.get(address.rpartition("/")[2])
    assert kept.answers.notes["specific_policy"].startswith(TYPED.strip())


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that whoever this process becomes can come to; pytest's own is private."""
    if not hasattr(os, "seteuid"):
        pytest.skip("modes of files keep nobody from writing here")
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        if not all(above.stat().st_mode & 0o001 for above in place.parents):
            pytest.skip("the folder for temporary files is private")
        yield place / "instance"


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take away the right to write to a folder and its files, from this process as well.

    Root may write whatever the modes say, so that this process is nobody for as long.
    """
    places = [folder, *folder.iterdir()]
    modes = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(_NOBODY)
        yield
    finally:
        if root:
            os.seteuid(0)
        for place, mode in modes.items():
            # The log and its index come and go.
            with contextlib.suppress(FileNotFoundError):
                place.chmod(mode)


def test_on_a_disk_that_became_read_only_nothing_typed_is_lost(folder: Path) -> None:
    app = create_app({"INSTANCE": folder, "TESTING": True})
    client = app.test_client()
    address = begun(client)
    page = client.get(f"{address}/sections/situation/1")
    database = database_of(app)
    # Somebody else has it open, so that the log and its index stay.
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("SELECT COUNT(*) FROM evaluations").fetchall()
        database.close()
        with read_only(folder):
            with pytest.raises(PermissionError):
                (folder / "another").write_text("")
            refused = send(client, page, "situation/1", fields=NOTES)
            database.close()
    text = refused.get_data(as_text=True)
    assert refused.status_code == 503
    assert "niet schrijven" in text
    assert TYPED in text
    again = client.post(f"{address}/sections/situation/1", data=form_of(refused, "situation/1"))
    assert again.status_code == 303
    database.close()


def test_on_a_read_only_disk_it_says_so_and_does_not_start(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve = ["serve", "--port", "0", "--instance", str(folder)]
    open_store(folder / "evaltool.sqlite").close()
    sound = (folder / "evaltool.sqlite").read_bytes()
    # All that is loaded late is loaded here: nobody may not be let in where the libraries are.
    (folder / "evaltool.sqlite").write_bytes(b"no database " * 20)
    assert cli.main(serve) == 1
    (folder / "evaltool.sqlite").write_bytes(sound)
    capsys.readouterr()
    with read_only(folder):
        with pytest.raises(ReadOnly):
            open_store(folder / "evaltool.sqlite")
        assert cli.main(serve) == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "schrijven" in told
    assert (folder / "evaltool.sqlite").read_bytes() == sound
    open_store(folder / "evaltool.sqlite").close()
