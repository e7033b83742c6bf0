"""A tool on the internet, with people of every role in two municipalities, for tests."""

import base64
import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask, session as flask_session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from evaltool.domain.access import MUNICIPAL_ROLES, Role
from evaltool.domain.accounts import Account, AccountState, Stage
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Evaluation, View
from evaltool.identity.tokens import digest
from evaltool.web import create_app
from evaltool.web.context import Services, install
from tests.conftest import CheckedClient, with_database
from tests.factories import a_hosted
from tests.passwords import QUICK

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
OWN, OTHER = "24062", "44021"
"""Leuven and Gent."""
PASSWORD = "een zin die alleen ik ken 7"
PUBLIC = "https://evaluatie.example"

_HASHED = QUICK.hash(PASSWORD)
_NUMBERS = count()


@dataclass
class Clock:
    """A clock that goes on when told to."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class HostedClient(CheckedClient):
    """A browser that knows the tool by its public address; every page it gets is looked at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_REFERER"] = f"{PUBLIC}/"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a path of the public address."""
        kwargs.setdefault("base_url", PUBLIC)
        return super().open(*args, **kwargs)

    def token(self) -> str:
        """The token that protects forms, as a page that was opened before holds it."""
        with self.session_transaction(base_url=PUBLIC) as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        with self.application.test_request_context(base_url=PUBLIC):
            flask_session["csrf_token"] = raw
            return str(generate_csrf())

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form of ours."""
        return self.post(path, data={**fields, "csrf_token": self.token()})

    def follow_link(self, link: str) -> TestResponse:
        """Give a link, or the token in it, and go where that leads; who opens none stays there."""
        answer = self.send("/link", link_code=link)
        return self.get(answer.headers["Location"]) if answer.status_code == 303 else answer

    def choose_by_link(self, link: str, password: str, **fields: str) -> TestResponse:
        """Follow a link and choose a password; where it opens none, the answer to the link."""
        page = self.follow_link(link)
        if page.status_code != 200:
            return page
        return self.send("/link/password", **{"password": password, "again": password, **fields})


def a_token(word: str) -> str:
    """A token of a link, of the form that all have, that a test knows by a word."""
    return base64.urlsafe_b64encode(hashlib.sha256(word.encode()).digest()).decode().rstrip("=")


def link_on(page: str) -> str:
    """The link to hand over that a page shows; empty where it shows none."""
    found = re.search(rf'value="({re.escape(PUBLIC)}/link#[^"]+)"', page)
    return "" if found is None else found[1]


@dataclass
class Town:
    """A hosted tool and its clock; ``app`` is what answers, ``folder`` holds its database."""

    app: Flask
    folder: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def held(self) -> Services:
        """What the application is built on."""
        found: Services = self.app.extensions["evaltool"]
        return found

    def person(
        self,
        role: Role,
        nis_code: str | None = OWN,
        *,
        address: str = "",
        second_factor: str | None = None,
        state: AccountState = AccountState.ACTIVE,
        **changes: Any,
    ) -> Account:
        """An account with a password; of a municipality only where its role has one."""
        known = len(self.held.store.accounts.listing())
        made = self.held.store.accounts.create(
            address=address or f"{role}{known}@gemeente.example",
            name=f"{role.title()} {known}",
            role=role,
            nis_code=nis_code if role in MUNICIPAL_ROLES else None,
            at=self.clock.at,
            **changes,
        )
        if second_factor is not None:
            self.held.store.accounts.set_second_factor(made.id, second_factor, ())
        return self.held.store.accounts.change(made.id, password=_HASHED, state=state)

    def bytes_kept(self) -> bytes:
        """All that the files of the database hold, freed pages and log included."""
        return b"".join(path.read_bytes() for path in self.folder.iterdir())

    def client(self) -> HostedClient:
        """A browser that knows nothing yet."""
        made = self.app.test_client()
        assert isinstance(made, HostedClient)
        return made

    def signed_in(self, who: Account, stage: Stage = Stage.FULL) -> HostedClient:
        """A browser in which somebody is signed in."""
        client, token = self.client(), f"token {who.id} {stage} {next(_NUMBERS)}"
        self.held.store.sessions.start(
            digest(token), who.id, stage, browser="a browser", at=self.clock.at
        )
        with client.session_transaction(base_url=PUBLIC) as session:
            session["sid"] = token
        return client

    def evaluation(
        self, nis_code: str = OWN, *, view: View | None = None, **changes: Any
    ) -> Evaluation:
        """An evaluation, by default one that was just begun."""
        questionnaire = self.held.catalogue.questionnaire
        answers: Answers = changes.pop("answers", Answers({}, {}, {}))
        return self.held.evaluations.create(
            nis_code=nis_code,
            cluster=5,
            cluster_proposed=False,
            day=self.clock.at.date(),
            edition=questionnaire.edition,
            survey=questionnaire.survey,
            sections={s.id: answers.part(s.questions) for s in questionnaire.sections},
            at=self.clock.at,
            view=view,
            **changes,
        )


def a_town(folder: Path, **changes: Any) -> Town:
    """A hosted tool with an empty database."""
    with_database(folder)
    app = create_app({"INSTANCE": folder, "TESTING": True, "HOSTED": a_hosted(**changes)})
    town = Town(app, folder)
    install(app, replace(town.held, now=town.clock))
    app.test_client_class = HostedClient
    return town
