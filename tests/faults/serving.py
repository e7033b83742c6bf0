"""A hosted tool in a process of its own, which can be killed and started again."""

import http.client
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from evaltool.domain.access import Role
from evaltool.domain.accounts import AccountState, Stage
from evaltool.domain.answers import without_dangling
from evaltool.domain.audit import START, verify
from evaltool.identity.tokens import digest, new_token
from evaltool.web import create_app
from evaltool.web.context import Services
from evaltool.web.settings import Hosted
from tests.factories import all_answers

_MAIN = "import sys; from evaltool.cli import main; sys.exit(main(sys.argv[1:]))"
_START_SECONDS = 30.0
_COMMAND_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class User:
    """Somebody who is signed in: whose municipality, which evaluation, cookie and form token."""

    nis_code: str
    evaluation: str
    cookie: str
    token: str


class Installation:
    """A hosted tool in a folder: the process that serves, and a look at what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        key = folder / "key"
        key.write_text(secrets.token_hex(32))
        key.chmod(0o600)
        hosted = Hosted(
            public_url=self.url,
            secret_key=key.read_text(),
            organisation="Een organisatie",
            contact="beheer@organisatie.example",
        )
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("EVALTOOL_")},
            "EVALTOOL_PUBLIC_URL": self.url,
            "EVALTOOL_SECRET_KEY_FILE": str(key),
            "EVALTOOL_ORGANISATION": hosted.organisation,
            "EVALTOOL_CONTACT": hosted.contact,
            "EVALTOOL_INSTANCE": str(folder / "instance"),
            "EVALTOOL_PORT": str(self.port),
        }
        self.app: Flask = create_app({"INSTANCE": folder / "instance", "HOSTED": hosted})
        self._process: subprocess.Popen[bytes] | None = None
        self.held.store.accounts.create(
            address="beheer@organisatie.example",
            name="Beheer",
            role=Role.ADMINISTRATOR,
            nis_code=None,
            at=self.held.now(),
        )

    @property
    def held(self) -> Services:
        """What the application is built on, in this process, on the same database."""
        found: Services = self.app.extensions["evaltool"]
        return found

    def users(self, number: int) -> list[User]:
        """Officers of as many municipalities, each signed in and with an evaluation.

        All its questions are answered, so that every page has something to ask.
        """
        codes = sorted(self.held.catalogue.register.municipalities)[:number]
        return [self._user(code, self._evaluation(code)) for code in codes]

    def pair(self) -> tuple[User, User]:
        """Two officers of one municipality, none of those of ``users``, with one evaluation."""
        code = sorted(self.held.catalogue.register.municipalities)[-1]
        evaluation = self._evaluation(code)
        return self._user(code, evaluation), self._user(code, evaluation, "-2")

    def _evaluation(self, nis_code: str) -> str:
        held = self.held
        questionnaire = held.catalogue.questionnaire
        answers = without_dangling(questionnaire, all_answers(questionnaire))
        evaluation = held.evaluations.create(
            nis_code=nis_code,
            cluster=1,
            cluster_proposed=False,
            day=held.now().date(),
            edition=questionnaire.edition,
            survey=questionnaire.survey,
            sections={s.id: answers.part(s.questions) for s in questionnaire.sections},
            at=held.now(),
        )
        return evaluation.id

    def _user(self, nis_code: str, evaluation: str, more: str = "") -> User:
        held = self.held
        made = held.store.accounts.create(
            address=f"officer-{nis_code}{more}@gemeente.example",
            name="Preventie",
            role=Role.OFFICER,
            nis_code=nis_code,
            at=held.now(),
        )
        held.store.accounts.change(made.id, state=AccountState.ACTIVE)
        token = new_token()
        held.store.sessions.start(digest(token), made.id, Stage.FULL, browser="load", at=held.now())
        with self.app.test_request_context(base_url=self.url):
            session["sid"] = token
            form_token = str(generate_csrf())
            response = self.app.response_class()
            self.app.session_interface.save_session(self.app, session, response)
            cookie = response.headers["Set-Cookie"].partition(";")[0]
        return User(nis_code, evaluation, cookie, form_token)

    def start(self, log: BinaryIO | None = None) -> None:
        """Start the process, and wait until it answers. ``log`` is where its log goes."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, "serve", "--hosted"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if log is None else log,
        )
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not start")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/sign-in")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """End the process at once: it gets no chance to finish anything.

        What it wrote is with the system, which goes on, so that this shows less than a power cut
        would: nothing of what was written but never synced to the disk.
        """
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None

    def let_go(self) -> None:
        """Close the database in this process, until it is asked for something again.

        As long as it is open here, a server that starts has nothing to recover.
        """
        self.held.store.close()

    @property
    def database(self) -> Path:
        """The file of what is kept."""
        return self.folder / "instance" / "evaltool.sqlite"

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the tool in a process of its own, with the settings of the server."""
        return subprocess.run(
            [sys.executable, "-c", _MAIN, *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=_COMMAND_SECONDS,
        )

    def head(self) -> tuple[int, str]:
        """The number and the digest of the last entry of the audit log, while it is served."""
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute(
                "SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return (0, START) if found is None else (int(found[0]), str(found[1]))

    def unsound(self, head: tuple[int, str] = (0, START)) -> list[str]:
        """What is wrong with the database or the audit chain, each in words.

        ``head`` is the last entry of the log that is known: a chain of which the end was cut off
        is sound in itself.
        """
        with closing(sqlite3.connect(self.database)) as connection:
            told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        entries = list(self.held.store.audit.entries())
        self.let_go()
        told = [line for line in told if line != "ok"]
        verdict = verify(entries)
        if verdict.broken_at is not None:
            told.append(f"audit chain broken at {verdict.broken_at}")
        number, expected = head
        if number and expected not in {e.digest for e in entries if e.number == number}:
            told.append(f"entry {number} of the audit log is gone: {verdict.sound} are left")
        return told

    def close(self) -> None:
        """Let go of everything."""
        self.kill()
        self.let_go()


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """A hosted tool, which is not started yet."""
    made = Installation(folder)
    try:
        yield made
    finally:
        made.close()
