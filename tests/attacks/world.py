"""Two municipalities with people of every role and something to steal, for tests that attack.

Every free text of a municipality holds a mark that stands nowhere else. What an actor may not see
is a set of marks, what an actor may not change a set of rows.
"""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import argon2
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose, Stage
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Evaluation, View
from evaltool.domain.plan import Action, PlannedAction
from evaltool.identity import passwords
from evaltool.identity.tokens import digest
from evaltool.mail import MailSettings, Security
from evaltool.web.context import install
from tests import hosting
from tests.attacks.planting import Words, plant
from tests.factories import all_answers
from tests.hosting import OTHER, OWN, PASSWORD, PUBLIC, HostedClient, Town, a_token
from tests.isolation import a_whole_town

COOKIE = "__Host-evaltool"
HOST = "evaluatie.example"

ACTORS = (
    *("nobody", "halfway", "enrolling", "officer", "other officer", "chair", "contributor"),
    *("coach", "stranger", "administrator"),
)
"""Those without more are of, asked by or let in by the first municipality. The stranger is a coach
whom nobody lets in any more; the other municipality once did."""

_CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def mark(kind: str, nis_code: str) -> str:
    """What stands in every text of a kind of a municipality, and nowhere else."""
    return f"zq{kind}{nis_code}qz"


class Browser(HostedClient):
    """A client that does not look at the HTML: what an attacker sends makes a page unsound."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a path of the public address."""
        kwargs.setdefault("base_url", PUBLIC)
        return FlaskClient.open(self, *args, **kwargs)


@dataclass(frozen=True)
class Side:
    """What there is of one municipality.

    ``actions`` are those of the evaluation that is open; ``more`` are the ids of what else was
    planted on that, by their names in addresses.
    """

    nis_code: str
    officer: Account
    chair: Account
    colleague: Account
    contributor: Account
    waiting: Account
    finished: Evaluation
    open: Evaluation
    view: Evaluation
    actions: tuple[PlannedAction, ...]
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts that it made or that are of it."""
        return (self.officer, self.chair, self.colleague, self.contributor, self.waiting)


@dataclass(frozen=True)
class World:
    """Everything there is. ``reset`` brings it back to how it was made.

    ``found`` remembers what was found on the pages of the world as it was made.
    """

    town: Town
    own: Side
    other: Side
    people: Mapping[str, Account]
    guest_view: Evaluation
    """The view that the chair of the other municipality was asked for by the first."""
    pristine: sqlite3.Connection
    cookies: Mapping[str, str]
    tokens: Mapping[str, str]
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both municipalities."""
        return (self.own, self.other)

    def client(self, actor: str) -> Browser:
        """A browser of an actor, with the session that belongs to the world as it was made."""
        made = self.town.app.test_client()
        assert isinstance(made, Browser)
        made.set_cookie(COOKIE, self.cookies[actor], domain=HOST, secure=True)
        return made

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database, past the application."""
        with closing(sqlite3.connect(self.town.folder / "evaltool.sqlite")) as connection:
            yield connection

    def reset(self) -> None:
        """Bring everything back to how it was made."""
        with self.database() as connection:
            self.pristine.backup(connection)

    def rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        """What a query finds now, past the application."""
        with self.database() as connection:
            return connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Let go of the databases."""
        self.pristine.close()
        self.town.held.store.close()


def held_in(cookie: str) -> dict[str, Any]:
    """What a cookie holds, which anybody can read who has it."""
    packed = cookie.startswith(".")
    body = cookie.lstrip(".").partition(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    held: dict[str, Any] = json.loads(zlib.decompress(raw) if packed else raw)
    return held


def link_of(account: Account) -> str:
    """The token of the link that an account got; each is known to its own people alone."""
    return a_token(f"the link of {account.id}")


def home(actor: str) -> str:
    """The municipality that an actor has to do with."""
    return OTHER if actor == "other officer" else OWN


KINDS = ("answer", "view", "name", "coach", "shared")


def forbidden(actor: str) -> tuple[str, ...]:
    """The marks that an actor may see nowhere."""
    everything = {(kind, code) for kind in KINDS for code in (OWN, OTHER)}
    # Of one view, not finished, even the own municipality sees nothing.
    members = ("answer", "name", "shared")
    allowed: Mapping[str, set[tuple[str, str]]] = {
        "officer": {(kind, OWN) for kind in members},
        "other officer": {(kind, OTHER) for kind in members},
        "chair": {("answer", OWN), ("name", OWN), ("shared", OWN)},
        "contributor": {("view", OWN)},
        "coach": {("answer", OWN), ("coach", OWN), ("shared", OWN)},
        # What she wrote herself stays hers.
        "stranger": {("coach", OTHER), ("shared", OTHER)},
        "administrator": {("name", OWN), ("name", OTHER)},
    }
    return tuple(sorted(mark(*one) for one in everything - allowed.get(actor, set())))


def a_side(town: Town, nis_code: str, words: Words) -> Side:
    """A municipality with two evaluations, a view on one of them, and its people."""
    questionnaire = town.held.catalogue.questionnaire
    accounts = town.held.store.accounts

    def named(account: Account) -> Account:
        return accounts.change(account.id, name=words("name", nis_code)[:120])

    def answered(kind: str) -> Answers:
        full = all_answers(questionnaire)
        return replace(
            full,
            other_text={id_: words(kind, nis_code) for id_ in full.other_text},
            notes={id_: words(kind, nis_code) for id_ in full.notes},
        )

    def action(number: int) -> Action:
        return Action(
            title=f"{words('answer', nis_code)} {number}"[:300],
            finding=None if number else words("answer", nis_code)[:300],
            owner=words("answer", nis_code)[:300],
            due=town.clock.at.date() + timedelta(days=number + 1),
            remark=words("answer", nis_code),
        )

    contributor = town.person(Role.CONTRIBUTOR, invited_by=nis_code)
    planned = [action(number) for number in range(3)]
    finished = town.evaluation(nis_code, answers=answered("answer"), actions=planned)
    evaluations = town.held.evaluations
    evaluations.finish(finished.id, at=town.clock.at)
    open_ = town.evaluation(nis_code, answers=answered("answer"), actions=planned)
    evaluations.remind(open_.id, at=town.clock.at)
    view = View(open_.id, contributor.id, "mayor")
    return Side(
        nis_code,
        officer=named(town.person(Role.OFFICER, nis_code)),
        chair=named(town.person(Role.CHAIR, nis_code)),
        colleague=named(town.person(Role.OFFICER, nis_code)),
        contributor=contributor,
        waiting=town.person(Role.CONTRIBUTOR, state=AccountState.INVITED, invited_by=nis_code),
        finished=evaluations.get(finished.id),
        open=evaluations.get(open_.id),
        view=town.evaluation(nis_code, answers=answered("view"), view=view),
        actions=town.held.plans.of(open_.id),
    )


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Passwords are looked at in no time: it takes a tenth of a second, and thousands are tried."""
    passwords._nobodys.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", _CHEAP)
        patch.setattr(hosting, "_HASHED", _CHEAP.hash(PASSWORD))
        yield
    passwords._nobodys.cache_clear()


def a_world(folder: Path, words: Words = mark) -> World:
    """Two municipalities, each with what ``words`` gives in all its texts."""
    with cheap_passwords():
        town = a_whole_town(folder)
        town.app.test_client_class = Browser
        hosted, store = town.held.hosted, town.held.store
        assert hosted is not None
        # Put in afterwards: there is a form to ask for mail, and nobody who sends it.
        mail = MailSettings("127.0.0.1", 9, "tool@organisatie.example", security=Security.NONE)
        install(town.app, replace(town.held, hosted=replace(hosted, mail=mail)))
        coach, stranger = (town.person(Role.COACH, second_factor="sealed") for _ in range(2))
        own, other = (
            replace(side, more=plant(town, side.open, by, side.officer, words))
            for side, by in (
                (a_side(town, OWN, words), coach),
                (a_side(town, OTHER, words), stranger),
            )
        )
        people = {
            "officer": own.officer,
            "other officer": other.officer,
            "chair": own.chair,
            "contributor": own.contributor,
            "coach": coach,
            "stranger": stranger,
            "administrator": town.person(Role.ADMINISTRATOR, second_factor="sealed"),
            "halfway": town.person(Role.OFFICER, second_factor="sealed"),
            "enrolling": town.person(Role.COACH),
        }
    store.consents.give(OWN, coach.id, by=own.officer.id, at=town.clock.at)
    for who in (own.waiting, other.waiting):
        token = digest(link_of(who))
        store.accounts.make_link(who.id, LinkPurpose.INVITATION, token, town.clock.at)
    guest = town.evaluation(OWN, view=View(own.open.id, other.chair.id, "mayor"))
    cookies, tokens = {}, {}
    for actor in ACTORS:
        cookies[actor], tokens[actor] = _browser_of(town, actor, people.get(actor))
    pristine = sqlite3.connect(":memory:")
    made = World(town, own, other, people, guest, pristine, cookies, tokens)
    with made.database() as connection:
        connection.backup(pristine)
    return made


def _browser_of(town: Town, actor: str, account: Account | None) -> tuple[str, str]:
    """The cookie of somebody who is signed in, and a token for the forms of that session."""
    client = town.client()
    if account is not None:
        stage = {"halfway": Stage.HALFWAY, "enrolling": Stage.ENROLLING}.get(actor, Stage.FULL)
        client = town.signed_in(account, stage)
        # A second session, to be ended.
        town.signed_in(account, stage)
    with client.session_transaction(base_url=PUBLIC) as session:
        # A token of its own: the one of the tests is the same for everybody.
        session["csrf_token"] = digest(actor)
    token = client.token()
    cookie = client.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    return cookie.value, token
