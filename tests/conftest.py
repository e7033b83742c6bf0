"""What several tests need: the catalogue, the application, a browser."""

import os
import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import Browser, Page, sync_playwright
from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server
from werkzeug.test import TestResponse

from evaltool import catalogue as catalogue_package
from evaltool.catalogue import Catalogue
from tests.html_checks import assert_sound
from tests.passwords import QUICK

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

_AXE = ROOT / ".tools" / "node_modules" / "axe-core" / "axe.min.js"
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Without the last ones a browser looks for its makers' servers at every start.
_BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Compiled(BytecodeCache):
    """Templates as they were compiled for an application before."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def pytest_configure() -> None:
    """Let the many applications of these tests compile each template once between them.

    Each has templates of its own, and compiling those of one page takes longer than most tests.
    """
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Compiled()}


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: half of the time somebody waits for a browser or a disk."""
    return 2 * (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What ``make golden`` asks for."""
    parser.addoption("--write-golden", action="store_true", help="write the golden reports anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a browser is a browser test, marked or not."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def unavailable(what: str) -> NoReturn:
    """Skip a test for want of a program; in CI that is a failure."""
    if IN_CI:
        pytest.fail(f"{what}; .ci/run installs it")
    pytest.skip(f"{what}; .ci/run installs it on Debian")


@pytest.fixture(autouse=True)
def _time_of_this_machine() -> Iterator[None]:
    """A command of a hosted tool sets the zone of its process, which here is that of all tests."""
    kept = os.environ.get("TZ")
    yield
    if os.environ.get("TZ") != kept:
        os.environ.pop("TZ")
        if kept is not None:
            os.environ["TZ"] = kept
        time.tzset()


@pytest.fixture
def real_passwords() -> None:
    """For a test of what a password costs."""


@pytest.fixture(autouse=True)
def _passwords_cost_little(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where passwords were loaded at all, and the test is not about what they cost."""
    passwords = sys.modules.get("evaltool.identity.passwords")
    if passwords is not None and "real_passwords" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_HASHER", QUICK)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The installed catalogue, read once for all tests."""
    return catalogue_package.loaded()


@lru_cache(maxsize=1)
def _empty_database() -> bytes:
    # Not at the top: what tests the domain alone should run without what is below.
    from evaltool.store import open_store

    with TemporaryDirectory() as folder:
        path = Path(folder) / "evaltool.sqlite"
        open_store(path).close()
        return path.read_bytes()


def with_database(folder: Path) -> Path:
    """A folder with a database; where there is none yet, with an empty one that is up to date.

    Making that step by step takes longer than most tests, and is for the tests of the store.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "evaltool.sqlite"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_empty_database())
    return folder


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application with an empty database of its own."""
    from evaltool.web import create_app

    return create_app({"INSTANCE": with_database(tmp_path / "instance"), "TESTING": True})


class CheckedClient(FlaskClient):
    """A test client that looks at every page of HTML it gets, whatever the test is about.

    ``looks`` can be switched off for a walk of thousands of pages that others look at.
    """

    looks = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """The answer to a request, when its HTML is sound."""
        response = super().open(*args, **kwargs)
        if (
            self.looks
            and response.mimetype == "text/html"
            and not 300 <= response.status_code < 400
        ):
            _look(response.get_data(as_text=True), response.request.path)
        return response


_OF_ONE_PAGE = re.compile(
    r'(?<=name="csrf_token" value=")[^"]+|(?<=/evaluations/)[\w-]{22}|\d{2}[.:]\d{2}'
)
"""Tokens, ids in addresses and times of day: by these alone the same page of two tests differs."""
_looked_at: set[int] = set()


def _look(html: str, where: str) -> None:
    """Fail with what is wrong with a page; the same page is looked at once."""
    seen = hash(_OF_ONE_PAGE.sub("", html))
    if seen not in _looked_at:
        assert_sound(html, where)
        _looked_at.add(seen)


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A client of the application; it fails on HTML that is not sound."""
    app.test_client_class = CheckedClient
    made = app.test_client()
    assert isinstance(made, CheckedClient)
    return made


@dataclass(frozen=True)
class LiveServer:
    """The application on a port of this machine; ``url`` ends without a slash."""

    url: str
    app: Flask


@contextmanager
def served(make: Callable[[str], Flask], port: int = 0) -> Iterator[LiveServer]:
    """The application that ``make`` builds for its address, behind the server that people use."""
    # Taken before there is an application: a hosted one must know its address.
    listening = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = make(url)
    connections: dict[int, Any] = {}
    server = create_server(app, map=connections, sockets=[listening], threads=4)
    assert isinstance(server, TcpWSGIServer)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield LiveServer(url, app)
    # Its loop ends when no connection is left, and browsers keep theirs open.
    trigger: Any = server.trigger
    trigger.pull_trigger(lambda: wasyncore.close_all(connections))
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The application behind the server that people use, on a free port."""
    with served(lambda _: app) as server:
        yield server


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        unavailable("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_browser: Browser) -> Iterator[Browser]:
    """A browser; what the test opens in it is closed after the test."""
    yield _browser
    for context in _browser.contexts:
        context.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a browser that knows nothing yet.

    The test fails after 10 s of waiting for anything, and on errors in the browser's console:
    a script that broke off, or something that the Content-Security-Policy refused.
    """
    context = chromium.new_context(locale="nl-BE")
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    listen(page, complaints)
    yield page
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    """Add to ``complaints`` every error in the console of a page."""

    def heard(said: str) -> None:
        # A page with a status of 400 and up is one too; tests of refusals get those on purpose.
        if "Failed to load resource" not in said:
            complaints.append(said)

    page.on("pageerror", lambda error: heard(str(error)))
    page.on("console", lambda said: heard(said.text) if said.type == "error" else None)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The script of axe-core, to put into a page."""
    if not _AXE.is_file():
        unavailable("axe-core is not in .tools/")
    return _AXE.read_text(encoding="utf-8")
