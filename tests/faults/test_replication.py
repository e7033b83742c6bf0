"""What leaves the machine while people save: `evaltool backup`, and the replica of Litestream."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from evaltool.domain.audit import Entry, verify
from evaltool.store import open_store
from tests.conftest import unavailable
from tests.faults.load import load
from tests.faults.serving import Installation, installed

_PATIENCE = 60.0
"""Seconds within which a replica has all there is, or a program ends."""
_A_SECOND = 1.05
"""And a little more: the name of a backup has its second, and there are no two of one."""
_USERS, _EVALUATIONS = 4, 5
"""Who has an evaluation each; two more share one."""


def kept(database: Path) -> list[str]:
    """All that is in a database, as SQL; but for what Litestream adds for itself."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [line for line in connection.iterdump() if "_litestream_" not in line]


def log_of(database: Path) -> list[Entry]:
    """The entries of the audit log in a database, which is sound."""
    with closing(open_store(database)) as store:
        entries = list(store.audit.entries())
    assert verify(entries).broken_at is None
    return entries


# evaltool backup


@pytest.mark.slow
def test_backups_by_the_command_under_load_have_all_that_was_acknowledged_before(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    stop = threading.Event()
    heads: list[tuple[int, str]] = []
    ran: list[subprocess.CompletedProcess[str]] = []

    with installed(tmp_path) as installation:
        instance = ("--instance", str(installation.database.parent))

        def back_up() -> None:
            while installation.head()[0] == 0 and not stop.wait(0.05):
                pass
            while not stop.wait(_A_SECOND):
                heads.append(installation.head())
                ran.append(installation.command("backup", "--to", str(out), *instance))

        backups = threading.Thread(target=back_up)
        backups.start()
        try:
            outcome = load(installation, users=_USERS, seconds=4, pause=0.02)
        finally:
            stop.set()
            backups.join()
        assert outcome.wrong(saves=15) == []
        time.sleep(_A_SECOND)
        heads.append(installation.head())
        last = installation.command("backup", "--to", str(out), *instance)
        ran.append(last)
        assert [done.stderr for done in ran] == [""] * len(ran)
        paths = sorted(out.glob("*.sqlite"))
        assert len(paths) == len(ran) > 1
        sizes: list[int] = []
        for number, (path, head) in enumerate(zip(paths, heads, strict=True)):
            place = tmp_path / f"restored-{number}"
            done = installation.command("restore", str(path), "--instance", str(place))
            assert (done.returncode, done.stderr) == (0, "")
            entries = log_of(place / "evaltool.sqlite")
            # Each save is written down together with what it saved: see guard.
            assert head[0] == 0 or entries[head[0] - 1].digest == head[1]
            sizes.append(len(entries))
        # People saved while the copies were made, or this would have shown nothing.
        assert sizes == sorted(sizes)
        assert 0 < sizes[0] < sizes[-1]
        assert kept(place / "evaltool.sqlite") == kept(installation.database)


# Litestream


@contextmanager
def replicated(installation: Installation) -> Iterator["subprocess.Popen[bytes]"]:
    """Have Litestream copy what is kept to a folder, as docs/operate.md says."""
    found = shutil.which("litestream", path=str(Path(sys.executable).parent))
    found = found or shutil.which("litestream")
    if found is None:
        unavailable("litestream is not installed")
    _configuration(installation).write_text(
        f"dbs:\n  - path: {installation.database}\n    replica:\n      type: file\n"
        f"      path: {installation.folder / 'replica'}\n"
    )
    command = [found, "replicate", "-config", str(_configuration(installation))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=_PATIENCE)


def _configuration(installation: Installation) -> Path:
    return installation.folder / "litestream.yml"


def restored(installation: Installation, name: str) -> Path:
    """The database that comes of the replica now, put in place by ``evaltool restore``."""
    raw = installation.folder / f"{name}.sqlite"
    program = shutil.which("litestream", path=str(Path(sys.executable).parent)) or "litestream"
    command = [program, "restore", "-config", str(_configuration(installation)), "-o", str(raw)]
    subprocess.run([*command, str(installation.database)], check=True, capture_output=True)
    place = installation.folder / name
    done = installation.command("restore", str(raw), "--instance", str(place))
    assert done.returncode == 0, done.stderr
    assert f"Zelfevaluaties: {_EVALUATIONS}" in done.stdout
    return place / "evaltool.sqlite"


@pytest.mark.slow
def test_what_was_acknowledged_comes_back_from_the_replica(tmp_path: Path) -> None:
    with installed(tmp_path) as installation, replicated(installation):
        outcome = load(installation, users=_USERS, seconds=2, pause=0.02)
        assert outcome.wrong(saves=3) == []
        wait_for_the_replica(installation)


def wait_for_the_replica(installation: Installation) -> None:
    """Wait until the replica has all there is: it follows once a second."""
    until = time.monotonic() + _PATIENCE
    tries = 0
    while kept(restored(installation, f"try-{tries}")) != kept(installation.database):
        assert time.monotonic() < until, "the replica stays behind"
        time.sleep(1)
        tries += 1
