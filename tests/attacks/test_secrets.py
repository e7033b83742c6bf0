"""What must not be in a log or on the page of an error: secrets, answers and internals."""

import io
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evaltool.domain.accounts import AccountState
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at
from evaltool.identity.tokens import token_of
from evaltool.store import DatabaseFull
from evaltool.web.logs import JsonLines
from tests.attacks.forms import filled, one_of_each, sent, visited
from tests.attacks.world import ACTORS, COOKIE, HOST, Browser, World, held_in, link_of
from tests.conftest import ROOT
from tests.hosting import PASSWORD, link_on

NEW = "nog een zin die niemand raadt 3"
WRONG = "een ander wachtwoord dan het hare"
NOTE = "Wat aan tafel gezegd werd over de casus"
TITLE = "Bel de zus van de betrokkene"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
INTERNAL = "SELECT password FROM accounts WHERE name = 'An'"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that a hosted tool logs, whoever logs it, as it writes that down."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def breaking(app: Flask, endpoint: str, error: Exception, patch: pytest.MonkeyPatch) -> None:
    """Have a route fail."""

    def broken(*_: object, **__: object) -> None:
        raise error

    # What says what a route does, so that it is let through as before.
    vars(broken).update(vars(app.view_functions[endpoint]))
    patch.setitem(app.view_functions, endpoint, broken)


def a_day_at_the_tool(world: World, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """Signing in, working, and everything going wrong; gives what no log may hold."""
    hosted, store, at = world.town.held.hosted, world.town.held.store, world.town.clock.at
    assert hosted is not None
    officer, open_ = world.own.officer, world.own.open
    sealed = Seal(hosted.secret_key, "second factor").seal(SECRET)
    store.accounts.set_second_factor(officer.id, sealed, ())
    client = world.client("nobody")
    for password in (WRONG, PASSWORD):
        client.send("/sign-in", address=officer.address, password=password)
    client.send("/sign-in/code", code="000000")
    client.send("/sign-in/code", code=code_at(SECRET, at))
    assert client.get("/account").status_code == 200
    pages = [_working(client, open_.id)]
    store.accounts.change(world.own.chair.id, state=AccountState.INVITED)
    pages.append(client.send(f"/municipality/colleagues/{world.own.chair.id}/link"))
    pages.append(_enrolled(client, world))
    link = link_on(pages[1].get_data(as_text=True))
    assert world.client("nobody").choose_by_link(link, NEW).status_code == 303
    client.get("/single-sign-on/callback?code=the-code-of-the-provider&state=a-state-of-mine")
    client.post("/single-sign-on/logged-out", data={"logout_token": "a.token.of-the-provider"})
    client.get("/nowhere/" + "a-part-of-an-address")
    client.post("/account/password", data={"current": PASSWORD, "password": NEW})
    client.post("/evaluations/import", data={"file": (io.BytesIO(NOTE.encode()), f"{TITLE}.json")})

    def full(*_: object, **__: object) -> None:
        raise DatabaseFull("no room")

    with patch.context() as broken:
        broken.setattr(world.town.held.evaluations, "save_section", full)
        assert _working(client, open_.id).status_code == 503
    cookie = client.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    held = held_in(cookie.value)
    for endpoint in ("assess.section", "assess.overview", "signing.sign_in"):
        with patch.context() as broken:
            breaking(world.town.app, endpoint, ValueError(f"bad: {NOTE} {PASSWORD}"), broken)
            _working(client, open_.id)
            client.get(f"/evaluations/{open_.id}?q={NOTE}")
            client.send("/sign-in", address=officer.address, password=PASSWORD)
    codes = re.findall(r"<code>([a-z0-9-]{19,})</code>", pages[2].get_data(as_text=True))
    return {
        "password": PASSWORD,
        "wrong": WRONG,
        "new": NEW,
        "note": NOTE,
        "title": TITLE,
        "secret": SECRET,
        "link": token_of(link),
        "session": held["sid"],
        "cookie": cookie.value,
        "token": client.token(),
        "address": officer.address,
        "name": officer.name,
        "key": hosted.secret_key,
        "sealed": sealed,
        "code": codes[0],
        "codes": codes[-1],
        "provider": "the-code-of-the-provider",
        "state": "a-state-of-mine",
        "logout": "a.token.of-the-provider",
        "path": "a-part-of-an-address",
        "invitation": link_of(world.own.waiting),
    }


def _working(client: Browser, id_: str) -> TestResponse:
    client.send(f"/evaluations/{id_}/plan/add", title=TITLE, owner=TITLE, remark=NOTE)
    page = client.get(f"/evaluations/{id_}/sections/structure/1").get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    return client.send(
        f"/evaluations/{id_}/sections/structure/1",
        version="" if version is None else version[1],
        livcr_presence="yes_municipal",
        **{"note:livcr_presence": NOTE + str(version)},
    )


def _enrolled(client: Browser, world: World) -> TestResponse:
    # The code of now was used to sign in; that of the next half minute counts as well.
    following = code_at(SECRET, world.town.clock.at + timedelta(seconds=30))
    client.send("/account/second-factor/replace", password=PASSWORD, code=following)
    page = client.get("/account/second-factor").get_data(as_text=True)
    secret = re.search(r'class="secret">([^<]+)<', page)
    assert secret is not None
    code = code_at(secret[1].replace(" ", ""), world.town.clock.at)
    client.send("/account/second-factor", code=code)
    return client.get("/account/second-factor/codes")


def test_no_secret_and_no_answer_is_in_the_log(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = a_day_at_the_tool(world, monkeypatch)
    written = log.getvalue()
    assert len(written.splitlines()) > 20
    for name, secret in secrets.items():
        assert secret not in written, name


def test_no_secret_and_no_answer_is_in_the_audit_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = a_day_at_the_tool(world, monkeypatch)
    rows = world.rows("SELECT * FROM audit")
    assert len(rows) > 8
    for name, secret in secrets.items():
        # Ids of accounts and evaluations, codes of parts, moments and digests: no more.
        assert secret not in repr(rows), name


def test_whatever_is_typed_anywhere_is_not_in_the_log(world: World, log: io.StringIO) -> None:
    typed = "zq-typed-by-somebody-qz"
    for actor in ACTORS:
        for form in one_of_each(world, actor):
            fields = {k: v if k == "csrf_token" else typed for k, v in form.fields.items()}
            sent(world.client(actor), form, fields)
        world.client(actor).get(f"/{typed}?{typed}={typed}", headers={"User-Agent": typed})
        assert typed not in repr(world.rows("SELECT * FROM audit")), actor
        world.reset()
    assert typed not in log.getvalue()


@pytest.mark.parametrize("actor", ["nobody", "halfway", "officer", "coach", "administrator"])
def test_a_fault_of_ours_shows_nothing_of_how_we_are_made(
    world: World, actor: str, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, tried = world.town.app, 0
    adapter = app.url_map.bind(HOST)
    paths = [path for path, seen in visited(world, actor).items() if seen.status == 200]
    forms = [(form, filled(world, actor, form)) for form in one_of_each(world, actor)]
    for endpoint in {adapter.match(path)[0] for path in paths} | {
        form.endpoint(world) for form, _ in forms
    }:
        breaking(app, endpoint, RuntimeError(INTERNAL), monkeypatch)
    for path in paths:
        answers = [world.client(actor).get(path)]
        asked = {"Accept": "application/json"}
        answers.append(world.client(actor).get(path, headers=asked))
        for answer in answers:
            assert_says_nothing(answer, path)
            tried += 1
    for form, fields in forms:
        answer = sent(world.client(actor), form, fields)
        if answer.status_code != 400 or "single" not in form.path:
            assert_says_nothing(answer, form.path)
    assert tried > 5
    assert INTERNAL not in log.getvalue()


def assert_says_nothing(answer: TestResponse, where: str) -> None:
    """Fail where the page of an error tells more than that there was one."""
    assert answer.status_code == 500, where
    body = answer.get_data(as_text=True)
    for internal in ("SELECT", "Traceback", ".py", "RuntimeError", str(ROOT), "werkzeug", "sqlite"):
        assert internal not in body, where
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].startswith(("text/html", "application/json"))


def test_nothing_that_is_not_ours_tells_what_it_is_made_with(world: World) -> None:
    for actor in ("nobody", "officer"):
        for path in ("/sign-in", "/nowhere", "/privacy", "/accessibility", "/glossary"):
            answer = world.client(actor).get(path)
            text = f"{answer.headers}{answer.get_data(as_text=True)}".lower()
            for name in ("werkzeug", "flask", "waitress", "python/", "sqlite", "x-powered-by"):
                assert name not in text, path
