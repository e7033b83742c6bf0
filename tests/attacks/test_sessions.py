"""Cookies and sessions that somebody else made, kept or altered."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from evaltool.domain.access import Role
from evaltool.domain.accounts import Stage
from evaltool.identity.sealing import Seal
from evaltool.identity.second_factor import code_at
from evaltool.identity.tokens import digest
from tests.attacks.world import ACTORS, COOKIE, HOST, Browser, World, held_in
from tests.hosting import PASSWORD, PUBLIC, HostedClient, Town, a_town

NEW = "nog een zin die niemand raadt 3"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A tool of its own, with passwords as they really are."""
    return a_town(tmp_path)


def with_cookie(world: World, value: str) -> Browser:
    """A browser that sends this cookie."""
    client = world.client("nobody")
    client.set_cookie(COOKIE, value, domain=HOST, secure=True)
    return client


def is_in(client: HostedClient) -> bool:
    """Whether somebody is signed in wholly."""
    return client.get("/account").status_code == 200


def signed(
    key: str, held: dict[str, Any], salt: str = "cookie-session", *, old: bool = False
) -> str:
    """A cookie as the application would make it with a key; ``old`` with the digest of before."""
    digest_method = hashlib.sha1 if old else hashlib.sha256
    serializer = URLSafeTimedSerializer(
        key,
        salt=salt,
        serializer=SecureCookieSessionInterface.serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": digest_method},
    )
    return str(serializer.dumps(held))


def test_a_cookie_that_was_altered_is_nobodys(world: World) -> None:
    cookie = world.cookies["officer"]
    assert is_in(with_cookie(world, cookie))
    body, moment, signature = cookie.rsplit(".", 2)
    altered = [
        body,
        f"{body}.{moment}",
        f"{body}.{moment}.",
        f"{body}.{moment}.{signature[:-1]}",
        f"{body}.{moment}.{signature[::-1]}",
        f"{body}.{moment[::-1]}.{signature}",
        f"{world.cookies['administrator'].rsplit('.', 2)[0]}.{moment}.{signature}",
        f"{cookie}.{cookie}",
        cookie.swapcase(),
        base64.urlsafe_b64encode(json.dumps(held_in(cookie)).encode()).decode(),
        "",
        "." * 20,
        "e30.e30.e30",
        "\x00",
        "A" * 4000,
    ]
    for value in altered:
        client = with_cookie(world, value)
        assert client.get("/account").headers["Location"] == "/sign-in", value


def test_a_cookie_of_another_key_is_nobodys(world: World) -> None:
    held = held_in(world.cookies["administrator"])
    hosted = world.town.held.hosted
    assert hosted is not None
    assert is_in(with_cookie(world, signed(hosted.secret_key, held)))
    other = "b key of the tests, which is long enough"
    for value in (
        signed(other, held),
        signed("", held),
        signed(hosted.secret_key, held, salt="other-salt"),
        signed(hosted.secret_key[:-1], held),
        signed(hosted.secret_key, held, old=True),
        TimestampSigner(hosted.secret_key).sign(b"e30").decode(),
    ):
        assert not is_in(with_cookie(world, value))


def test_a_cookie_says_nothing_of_role_or_account(world: World) -> None:
    for actor in ACTORS:
        held = held_in(world.cookies[actor])
        assert set(held) <= {"sid", "csrf_token"}, actor
        account = world.people.get(actor)
        if account is not None:
            assert account.id not in held["sid"].split()[2:], actor


def test_what_the_store_holds_of_a_session_opens_none(world: World) -> None:
    hosted = world.town.held.hosted
    assert hosted is not None
    for value, handle in world.rows("SELECT digest, handle FROM sessions"):
        for token in (value, handle, "", None, 7, [value], {"sid": value}):
            assert not is_in(with_cookie(world, signed(hosted.secret_key, {"sid": token})))


@pytest.mark.parametrize("stage", [Stage.HALFWAY, Stage.ENROLLING])
def test_half_a_session_cannot_be_made_whole(world: World, stage: Stage) -> None:
    """By what is only kept in the cookie: replaying an earlier one of the same browser."""
    actor = str(stage)
    hosted = world.town.held.hosted
    assert hosted is not None
    held = held_in(world.cookies[actor])
    for more in (
        {"may_replace": True},
        {"stage": "full"},
        {"after": "/account"},
        {"role": "coach"},
    ):
        client = with_cookie(world, signed(hosted.secret_key, {**held, **more}))
        assert client.get("/account").status_code == 303
        assert client.get("/").headers["Location"] != "/account"


def test_signing_in_never_goes_on_with_what_the_browser_brought(town: Town) -> None:
    """Session fixation: neither the session nor the token of forms is one chosen before."""
    hosted = town.held.hosted
    assert hosted is not None
    who = town.person(
        Role.OFFICER, second_factor=Seal(hosted.secret_key, "second factor").seal(SECRET)
    )
    victim = town.client()
    with victim.session_transaction(base_url=PUBLIC) as session:
        session["sid"] = "chosen by the attacker"
        session["csrf_token"] = "0" * 40
        session["may_replace"] = True
    fixed = victim.token()
    seen: list[str] = []
    victim.send("/sign-in", address=who.address, password=PASSWORD)
    for step in range(2):
        with victim.session_transaction(base_url=PUBLIC) as session:
            seen.append(session["sid"])
            assert "may_replace" not in session
            assert session.get("csrf_token") != "0" * 40
        assert victim.post("/sign-out", data={"csrf_token": fixed}).status_code == 400
        if step == 0:
            assert not is_in(victim)
            victim.send("/sign-in/code", code=code_at(SECRET, town.clock.at))
    assert is_in(victim)
    assert len({*seen, "chosen by the attacker"}) == 3
    for token in ("chosen by the attacker", seen[0]):
        assert town.held.store.sessions.find(digest(token)) is None


def test_a_new_password_gives_a_new_session(town: Town) -> None:
    who = town.person(Role.OFFICER)
    client = town.signed_in(who)
    stolen = client.get_cookie(COOKIE, domain=HOST)
    assert stolen is not None
    client.send("/account/password", current=PASSWORD, password=NEW, again=NEW)
    thief = town.client()
    thief.set_cookie(COOKIE, stolen.value, domain=HOST, secure=True)
    assert is_in(client)
    assert not is_in(thief)


def test_signing_in_as_somebody_else_ends_the_session_that_was_there(world: World) -> None:
    client = world.client("administrator")
    officer = world.own.officer
    client.send("/sign-in", address=officer.address, password=PASSWORD)
    assert client.get("/admin/accounts").status_code == 403
    assert not is_in(with_cookie(world, world.cookies["administrator"]))
