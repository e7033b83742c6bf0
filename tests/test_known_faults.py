"""``make audit``: what a list of known faults says of the libraries in a lock."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT, unavailable

HASH = f"sha256:{'0' * 64}"
FAULT = "PYSEC-2026-1"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    faults: Mapping[str, str]
    status: int
    asked: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    """Answers as OSV does: https://google.github.io/osv.dev/post-v1-query/."""

    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        name = asked["package"]["name"]
        bad = self.server.faults.get(name) == asked["version"]
        content = json.dumps({"vulns": [fault_of(name)]} if bad else {}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: pytest would show it."""


def fault_of(name: str) -> dict[str, Any]:
    """A fault of a library, as the schema of OSV has it."""
    return {
        "schema_version": "1.7.0",
        "id": FAULT,
        "modified": "2026-11-25T00:00:00Z",
        "published": "2026-11-25T00:00:00Z",
        "summary": "It lets anybody in",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": name},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9.9"}]}
                ],
            }
        ],
    }


@contextmanager
def answering(
    faults: Mapping[str, str] | None = None, status: int = 200
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A list of faults on this machine, by its address, with what it is asked.

    ``faults`` are the versions that have one, by the name of their library.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.faults, server.status, server.asked = faults or {}, status, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query", server.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def audit(url: str, *locks: Path) -> "subprocess.CompletedProcess[str]":
    """What ``make audit`` says of locks; by default of those that there are."""
    make = shutil.which("make")
    if make is None:
        unavailable("no make on this machine")
    named = [f"LOCKS={' '.join(map(str, locks))}"] if locks else []
    shown = subprocess.run(
        [make, "--no-print-directory", "--dry-run", "audit", f"OSV_URL={url}", *named],
        cwd=ROOT,
        # Not what ``make test`` was called with.
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
        capture_output=True,
        check=True,
        text=True,
    )
    # What it would install before that is installed: these tests run.
    *_, line = shown.stdout.replace("\\\n", " ").splitlines()
    program, *words = shlex.split(line)
    assert program == ".venv/bin/pip-audit"
    # What follows says in a sentence of ours what a failure means.
    options, told = words[: words.index("||")], " ".join(words[words.index("||") :])
    assert "could not be asked" in told
    assert "exit 1" in told
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return subprocess.run(
        [sys.executable, "-m", "pip_audit", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def a_lock(folder: Path, *lines: str) -> Path:
    """A lock of some libraries, each with a hash."""
    path = folder / "some.lock"
    path.write_text("".join(f"{line} \\\n    --hash={HASH}\n" for line in lines))
    return path


def test_a_library_with_a_known_fault_fails_and_is_named(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, "flask==3.1.2", "werkzeug==3.1.3")
    with answering({"werkzeug": "3.1.3"}) as (url, _):
        told = audit(url, lock)
    assert told.returncode != 0
    (line,) = (line for line in told.stdout.splitlines() if "werkzeug" in line)
    assert {"3.1.3", FAULT, "9.9.9"} <= set(line.split())
    assert "flask" not in told.stdout


def test_a_fault_of_another_version_is_none(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, "flask==3.1.2", "werkzeug==3.1.3")
    with answering({"werkzeug": "3.0.0"}) as (url, asked):
        told = audit(url, lock)
    assert told.returncode == 0, told.stderr
    assert "No known vulnerabilities found" in told.stderr
    assert asked == [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in (("flask", "3.1.2"), ("werkzeug", "3.1.3"))
    ]


def test_every_library_of_both_locks_is_looked_up() -> None:
    with answering() as (url, asked):
        told = audit(url)
    assert told.returncode == 0, told.stderr
    needed = {
        f"{found.name}{found.specifier}"
        for lock in ("requirements.lock", "requirements-test.lock")
        for line in (ROOT / lock).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith((" ", "#"))
        for found in [Requirement(line.removesuffix("\\"))]
        # Of a library for another system nothing is here that could be at fault.
        if found.marker is None or found.marker.evaluate()
    }
    assert {f"{one['package']['name']}=={one['version']}" for one in asked} == needed
    assert len(needed) > 80


@pytest.mark.parametrize("status", [403, 500])
def test_a_list_that_fails_is_no_good_news(status: int, tmp_path: Path) -> None:
    with answering(status=status) as (url, _):
        assert audit(url, a_lock(tmp_path, "flask==3.1.2")).returncode != 0


def test_a_list_that_does_not_answer_is_no_good_news(tmp_path: Path) -> None:
    with answering() as (url, _):
        pass
    assert audit(url, a_lock(tmp_path, "flask==3.1.2")).returncode != 0


def test_a_library_without_a_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bare.lock").write_text("flask==3.1.2\n")
    with answering() as (url, asked):
        told = audit(url, tmp_path / "bare.lock")
    assert (told.returncode != 0, asked) == (True, [])
    assert "does not contain a hash" in told.stderr
