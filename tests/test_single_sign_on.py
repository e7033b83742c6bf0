"""Signing in at one's organisation, as the application sees it: who gets in, as whom, and out."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest
import requests
from werkzeug.test import TestResponse

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose
from evaltool.domain.audit import verify
from evaltool.identity.tokens import digest
from evaltool.web.accounts.post import queue_reset
from evaltool.web.security import HEADERS, HOSTED_HEADERS, POLICY
from tests.client_keys import a_client_key
from tests.hosting import OTHER, OWN, PASSWORD, PUBLIC, HostedClient, Town, a_token
from tests.organisations import OURS, PEOPLE, THEIRS, settings_for, town_of
from tests.provider import Client, Configuration, RunningProvider, running
from tests.provider.browsing import walk
from tests.provider.forging import (
    ForgedProvider,
    FromNow,
    Reply,
    forged_provider,
    json_reply,
    rsa_key,
    signed,
    unsigned,
)

CALLBACK = f"{PUBLIC}/single-sign-on/callback"
DISCOVERY = "/.well-known/openid-configuration"


def is_in(client: HostedClient) -> bool:
    return client.get("/account").status_code == 200


def log(town: Town) -> list[str]:
    return [entry.event.action for entry in town.held.store.audit.entries()]


# --- at a real provider


@pytest.fixture(scope="module")
def real() -> Iterator[RunningProvider]:
    client = Client(redirect_uris=(CALLBACK,), post_logout_redirect_uris=(f"{PUBLIC}/sign-in",))
    with running(Configuration(clients=(client,), accounts=PEOPLE)) as provider:
        yield provider


@pytest.fixture
def town(tmp_path: Path, real: RunningProvider) -> Town:
    return town_of(tmp_path, settings_for(real.issuer))


def sent_back(client: HostedClient, login: str, what: str = "login") -> Mapping[str, str]:
    """With what query a browser comes back from the provider."""
    begun = client.get("/single-sign-on/begin")
    assert begun.status_code == 303, begun.text
    with requests.Session() as browser:
        browser.trust_env = False
        return walk(browser, begun.headers["Location"], CALLBACK, {"login": login, "what": what})


def come_back(client: HostedClient, login: str, what: str = "login") -> TestResponse:
    """What somebody gets who comes back from the provider."""
    query = sent_back(client, login, what)
    return client.get("/single-sign-on/callback", query_string=query)


def test_somebody_gets_an_account_by_the_claims_and_keeps_it(town: Town) -> None:
    client = town.client()
    assert client.get("/municipality/colleagues").headers["Location"] == "/sign-in"
    assert "Aanmelden met uw organisatie" in client.get("/sign-in").text
    assert come_back(client, "an").headers["Location"] == "/municipality/colleagues"
    assert "Leuven" in client.get("/municipality/colleagues").text
    (made,) = town.held.store.accounts.listing()
    assert (made.role, made.nis_code, made.state) == (Role.OFFICER, OWN, AccountState.ACTIVE)
    assert (made.name, made.address, made.password) == ("An Peeters", "an@example.org", None)
    assert log(town) == ["account_by_single_sign_on", "signed_in"]

    again = town.client()
    assert come_back(again, "an").headers["Location"] == "/"
    assert is_in(again)
    assert [found.id for found in town.held.store.accounts.listing()] == [made.id]
    # No password opens it.
    for password in ("", PASSWORD):
        answer = town.client().send("/sign-in", address=made.address, password=password)
        assert answer.status_code == 422
    assert verify(town.held.store.audit.entries()).broken_at is None


def test_everybody_comes_into_the_own_municipality_with_the_own_role(town: Town) -> None:
    ours = town.evaluation()
    client = town.client()
    come_back(client, "bo")
    (made,) = town.held.store.accounts.listing()
    assert (made.role, made.nis_code) == (Role.CHAIR, OTHER)
    assert client.get(f"/evaluations/{ours.id}").status_code == 404
    assert client.get("/municipality/colleagues").status_code == 403


@pytest.mark.parametrize(
    ("login", "status", "told"),
    [
        ("roleless", 403, "U hebt hier geen toegang"),
        ("elsewhere", 403, "U hebt hier geen toegang"),
        ("coach", 403, "U hebt hier geen toegang"),
        ("unlisted", 403, "U hebt hier geen toegang"),
        ("numberless", 403, "U hebt hier geen toegang"),
        ("citizen", 422, "Deze tool is voor lokale besturen"),
    ],
)
def test_who_has_no_place_here_gets_no_account(
    town: Town, login: str, status: int, told: str
) -> None:
    client = town.client()
    answer = come_back(client, login)
    assert answer.status_code == status
    assert told in answer.text
    assert town.held.store.accounts.listing() == ()
    assert log(town) == ["sign_in_failed"]
    assert not is_in(client)


def test_without_a_list_of_kbo_numbers_nobody_gets_in(
    tmp_path: Path, real: RunningProvider
) -> None:
    town = town_of(tmp_path, settings_for(real.issuer), listed=False)
    client = town.client()
    assert come_back(client, "an").status_code == 403
    assert town.held.store.accounts.listing() == ()
    assert not is_in(client)


def test_an_account_with_a_password_is_not_taken_over(town: Town) -> None:
    known, client = town.person(Role.OFFICER, address="an@example.org"), town.client()
    answer = come_back(client, "an")
    assert answer.status_code == 409
    assert "Er is al een account met uw adres" in answer.text
    assert town.held.store.accounts.listing() == (known,)
    assert not is_in(client)


def test_a_closed_account_stays_closed(town: Town) -> None:
    come_back(town.client(), "an")
    (made,) = town.held.store.accounts.listing()
    town.held.store.accounts.change(made.id, state=AccountState.CLOSED)
    client = town.client()
    assert come_back(client, "an").status_code == 403
    assert not is_in(client)


def test_an_answer_counts_in_the_browser_that_asked_and_once(town: Town) -> None:
    asked, other = town.client(), town.client()
    query = sent_back(asked, "an")
    # Somebody else's answer would sign a victim in as somebody else.
    other.get("/single-sign-on/begin")
    assert other.get("/single-sign-on/callback", query_string=query).status_code == 422
    assert town.client().get("/single-sign-on/callback", query_string=query).status_code == 422
    assert town.held.store.accounts.listing() == ()
    assert asked.get("/single-sign-on/callback", query_string=query).status_code == 303
    replayed = asked.get("/single-sign-on/callback", query_string=query)
    assert replayed.status_code == 422
    assert "hoort niet bij wat deze browser vroeg" in replayed.text
    assert len(town.held.store.sessions.of(town.held.store.accounts.listing()[0].id)) == 1


@pytest.mark.parametrize("state", ["forged", ""])
def test_a_forged_state_lets_nobody_in(town: Town, state: str) -> None:
    client = town.client()
    query = {**sent_back(client, "an"), "state": state}
    assert client.get("/single-sign-on/callback", query_string=query).status_code == 422
    assert not is_in(client)
    # And the sign-in that was begun is gone with it.
    query = {**query, "state": "forged"}
    assert client.get("/single-sign-on/callback", query_string=query).status_code == 422


def test_who_cancels_is_told_how_to_go_on(town: Town) -> None:
    client = town.client()
    answer = come_back(client, "an", "cancel")
    assert answer.status_code == 422
    assert "Aanmelden is afgebroken" in answer.text
    assert 'href="/sign-in"' in answer.text
    assert not is_in(client)


def test_what_proves_who_signed_in_is_kept_sealed(town: Town) -> None:
    come_back(town.client(), "an")
    (made,) = town.held.store.accounts.listing()
    (session,) = town.held.store.sessions.of(made.id)
    assert session.id_token
    # The first letters of every token: {"alg":
    assert b"eyJhbGciOi" not in town.bytes_kept()


# --- at a provider that answers what a test makes up


@pytest.fixture
def forged() -> Iterator[ForgedProvider]:
    with forged_provider() as provider:
        yield provider


@pytest.fixture
def open_town(tmp_path: Path, forged: ForgedProvider) -> Town:
    return town_of(tmp_path, replace(settings_for(forged.issuer), email_claim="email", required={}))


def sign_in(
    client: HostedClient,
    forged: ForgedProvider,
    token: Callable[[Mapping[str, Any]], str] = lambda claims: signed(claims, rsa_key()),
    **changes: Any,
) -> TestResponse:
    """What somebody gets for whom the provider answers with a token of these claims."""
    begun = parse_qs(urlsplit(client.get("/single-sign-on/begin").headers["Location"]).query)
    claims = {"vo_orgcode": OURS, "evaltool_rol_3d": "Officer", "sid": "one", **changes}
    made = forged.claims(**{"nonce": begun["nonce"][0], **claims})
    forged.userinfo = {"sub": made["sub"]}
    forged.token = {"id_token": token(made), "access_token": "access", "token_type": "Bearer"}
    query = {"state": begun["state"][0], "code": "the code"}
    return client.get("/single-sign-on/callback", query_string=query)


def the_account(town: Town) -> Account:
    (found,) = town.held.store.accounts.listing()
    return found


@pytest.mark.parametrize(
    ("changes", "token"),
    [
        ({"nonce": "another"}, None),
        ({"nonce": None}, None),
        ({"aud": "another"}, None),
        ({"iss": "https://other.example"}, None),
        ({"exp": FromNow(-60)}, None),
        ({}, unsigned),
        ({}, lambda claims: unsigned(claims, "RS256")),
        ({}, lambda claims: signed(claims, rsa_key("other"), kid="first")),
        ({}, lambda _: "no token"),
    ],
    ids=[
        *("another nonce", "no nonce", "another audience", "another issuer", "expired"),
        *("unsigned", "signature cut off", "another key", "no token"),
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    open_town: Town,
    forged: ForgedProvider,
    caplog: pytest.LogCaptureFixture,
    changes: Mapping[str, Any],
    token: Callable[[Mapping[str, Any]], str] | None,
) -> None:
    client = open_town.client()
    made = token or (lambda claims: signed(claims, rsa_key()))
    with caplog.at_level(logging.WARNING):
        answer = sign_in(client, forged, made, **changes)
    assert answer.status_code == 422
    assert "Het bewijs van uw organisatie klopt niet" in answer.text
    assert open_town.held.store.accounts.listing() == ()
    assert not is_in(client)
    # Whoever runs the tool reads why, and nobody's name or token.
    assert "single sign-on: oidc_token" in caplog.text
    for secret in (str(forged.token["id_token"]), "An Peeters", "an@example.org"):
        assert secret not in caplog.text


def test_a_role_that_changed_there_changes_here_and_ends_what_was_open(
    open_town: Town, forged: ForgedProvider
) -> None:
    before, after = open_town.client(), open_town.client()
    sign_in(before, forged)
    made = the_account(open_town)
    sign_in(after, forged, evaltool_rol_3d="Chair")
    assert replace(the_account(open_town), signed_in_at=None) == replace(
        made, role=Role.CHAIR, signed_in_at=None
    )
    assert not is_in(before)
    assert after.get("/municipality/colleagues").status_code == 403
    assert "moved_by_single_sign_on" in log(open_town)


def test_who_moves_to_another_municipality_leaves_the_former_behind(
    open_town: Town, forged: ForgedProvider
) -> None:
    evaluation = open_town.evaluation()
    before, after = open_town.client(), open_town.client()
    sign_in(before, forged)
    assert before.get(f"/evaluations/{evaluation.id}").status_code == 200
    sign_in(after, forged, vo_orgcode=THEIRS)
    assert the_account(open_town).nis_code == OTHER
    assert not is_in(before)
    assert after.get(f"/evaluations/{evaluation.id}").status_code == 404
    assert "Gent" in after.get("/municipality").text


def test_who_lost_the_role_there_does_not_get_in_any_more(
    open_town: Town, forged: ForgedProvider
) -> None:
    sign_in(open_town.client(), forged)
    client = open_town.client()
    assert sign_in(client, forged, evaltool_rol_3d=None).status_code == 403
    assert not is_in(client)


def test_people_without_an_address_are_kept_apart(open_town: Town, forged: ForgedProvider) -> None:
    for subject in ("one", "two", "one"):
        for address in (None, "no address"):
            answer = sign_in(open_town.client(), forged, sub=subject, email=address)
            assert answer.status_code == 303
    known = open_town.held.store.accounts.listing()
    assert len(known) == len({found.address for found in known}) == 2
    assert all(found.address.endswith("@single-sign-on.invalid") for found in known)


def test_an_address_that_nobody_checked_is_not_taken(
    open_town: Town, forged: ForgedProvider
) -> None:
    known = open_town.person(Role.OFFICER, address="an@example.org")
    sign_in(open_town.client(), forged, email_verified=False)
    (made,) = (a for a in open_town.held.store.accounts.listing() if a.id != known.id)
    assert made.address != known.address


@pytest.mark.parametrize("acr", ["one-factor", None])
def test_who_signed_in_less_strictly_than_required_is_told_so(
    tmp_path: Path, forged: ForgedProvider, acr: str | None
) -> None:
    settings = replace(settings_for(forged.issuer), email_claim="email")
    town = town_of(tmp_path, replace(settings, required={"acr": "two-factors"}))
    client = town.client()
    begun = client.get("/single-sign-on/begin").headers["Location"]
    assert parse_qs(urlsplit(begun).query)["acr_values"] == ["two-factors"]
    answer = sign_in(client, forged, acr=acr)
    assert answer.status_code == 422
    assert "U moet zich strenger aanmelden" in answer.text
    assert "lokaal bestuur" not in answer.text
    assert not is_in(client)
    assert town.held.store.accounts.listing() == ()
    assert sign_in(client, forged, acr="two-factors").status_code == 303
    assert is_in(client)


def test_a_key_that_cannot_be_used_sends_nobody_to_the_provider(
    tmp_path: Path, forged: ForgedProvider
) -> None:
    key = a_client_key(tmp_path)
    settings = replace(settings_for(forged.issuer), client_secret="", client_key_file=key)
    town = town_of(tmp_path / "town", settings)
    assert town.client().get("/single-sign-on/begin").status_code == 303
    key.unlink()
    client, who = town.client(), town.person(Role.OFFICER)
    answer = client.get("/single-sign-on/begin")
    assert answer.status_code == 503
    assert "Deze tool is niet goed ingesteld" in answer.text
    hosted = town.held.hosted
    assert hosted is not None
    assert f"Meld dit aan de beheerder: {hosted.contact}." in answer.text
    assert "anders dan afgesproken" not in answer.text
    assert client.send("/sign-in", address=who.address, password=PASSWORD).status_code == 303


def test_a_provider_that_is_down_leaves_the_password(tmp_path: Path) -> None:
    town = town_of(tmp_path, settings_for("http://127.0.0.1:9"))
    client, who = town.client(), town.person(Role.OFFICER)
    answer = client.get("/single-sign-on/begin")
    assert answer.status_code == 503
    assert "Uw organisatie antwoordt niet" in answer.text
    assert client.send("/sign-in", address=who.address, password=PASSWORD).status_code == 303
    assert is_in(client)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (json_reply({}, 500), "antwoordt niet"),
        (json_reply({"error": "server_error"}, 400), "antwoordt anders dan afgesproken"),
        (Reply((b"<html>",)), "antwoordt anders dan afgesproken"),
    ],
)
def test_a_provider_that_fails_halfway_lets_nobody_in(
    open_town: Town, forged: ForgedProvider, reply: Reply, told: str
) -> None:
    client = open_town.client()
    forged.replies["/token"] = lambda: reply
    answer = sign_in(client, forged)
    assert answer.status_code == 503
    assert told in answer.text
    assert not is_in(client)


# --- and out again


def told_out(town: Town, forged: ForgedProvider, **changes: Any) -> int:
    """The status of the answer when the provider tells that somebody signed out there."""
    made = signed(forged.logout_claims(**changes), rsa_key())
    answer = town.client().post("/single-sign-on/logged-out", data={"logout_token": made})
    assert answer.data == b""
    return answer.status_code


def test_signing_out_at_the_provider_ends_that_session_here(
    open_town: Town, forged: ForgedProvider
) -> None:
    first, second, somebody = (open_town.client() for _ in range(3))
    sign_in(first, forged, sid="one")
    sign_in(second, forged, sid="two")
    sign_in(somebody, forged, sub="bo", email="bo@example.org", sid="three")
    assert told_out(open_town, forged, sid="one") == 200
    assert (is_in(first), is_in(second), is_in(somebody)) == (False, True, True)
    # By the session alone, and by the person alone.
    assert told_out(open_town, forged, sub=None, sid="two") == 200
    assert (is_in(second), is_in(somebody)) == (False, True)
    assert told_out(open_town, forged, sub="bo", sid=None) == 200
    assert not is_in(somebody)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"iss": "https://other.example"},
        {"exp": FromNow(-60)},
        {"nonce": "a nonce"},
        {"events": {}},
        {"sub": None, "sid": None},
    ],
)
def test_a_logout_token_that_does_not_hold_ends_nothing(
    open_town: Town, forged: ForgedProvider, changes: Mapping[str, Any]
) -> None:
    client = open_town.client()
    sign_in(client, forged, sid="session-1")
    assert told_out(open_town, forged, **changes) == 400
    unmade = {"logout_token": unsigned(forged.logout_claims())}
    for data in ({}, {"logout_token": "no token"}, unmade):
        answer = open_town.client().post("/single-sign-on/logged-out", data=data)
        assert answer.status_code == 400
    assert is_in(client)


def test_the_provider_ends_no_session_that_began_with_a_password(
    open_town: Town, forged: ForgedProvider
) -> None:
    client = open_town.signed_in(open_town.person(Role.OFFICER))
    for changes in ({}, {"sub": None}, {"sid": None}):
        told_out(open_town, forged, **changes)
    assert is_in(client)


def test_signing_out_here_leads_on_to_the_provider(open_town: Town, forged: ForgedProvider) -> None:
    client = open_town.client()
    sign_in(client, forged)
    answer = client.send("/sign-out")
    assert answer.status_code == 200
    assert not is_in(client)
    fields = left_with(answer, f"{forged.issuer}/end")
    assert fields["id_token_hint"] == forged.token["id_token"]
    assert fields["client_id"] == "evaltool"
    assert fields["post_logout_redirect_uri"] == f"{PUBLIC}/sign-in"
    assert len(fields["state"]) >= 32
    # Nothing of ours besides, and the token in no address.
    assert set(fields) == {"id_token_hint", "client_id", "post_logout_redirect_uri", "state"}
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
    assert not [address for address in addresses if forged.token["id_token"] in address]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"Refresh", "Location"} & set(answer.headers.keys())


def test_by_address_it_is_a_link_and_the_policy_is_the_usual_one(
    tmp_path: Path, forged: ForgedProvider
) -> None:
    forged.document["end_session_endpoint"] += "?lang=nl"
    settings = replace(settings_for(forged.issuer), email_claim="email", required={})
    town = town_of(tmp_path, replace(settings, sign_out_by_address=True))
    client = town.client()
    sign_in(client, forged)
    usual = client.get("/account").headers["Content-Security-Policy"]
    answer = client.send("/sign-out")
    assert (answer.status_code, is_in(client)) == (200, False)
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    assert list(page.iter("form")) == []
    (link,) = page.findall(".//a[@data-at-once]")
    assert link.get("data-at-once") == link.get("href")
    place, _, query = link.get("href", "").partition("?")
    said = {name: one for name, (one,) in parse_qs(query).items()}
    assert (place, said.pop("lang")) == (f"{forged.issuer}/end", "nl")
    assert said.pop("id_token_hint") == forged.token["id_token"]
    assert set(said) == {"client_id", "post_logout_redirect_uri", "state"}
    # A redirect after a form is held against this; after a link it is not.
    assert answer.headers["Content-Security-Policy"] == usual
    assert answer.headers["Cache-Control"] == "no-store"
    back = client.get("/sign-in", query_string={"state": said["state"]})
    assert back.headers["Location"] == "/sign-in"


def left_with(answer: TestResponse, address: str) -> dict[str, str]:
    """The fields of the one form of a page, that is sent with POST to an address."""
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    (form,) = page.iter("form")
    assert (form.get("method"), form.get("action")) == ("post", address)
    assert len(list(form.iter("button"))) == 1
    return {field.get("name", ""): field.get("value", "") for field in form.iter("input")}


def test_the_page_that_leads_to_the_provider_alone_may_have_a_form_for_it(
    open_town: Town, forged: ForgedProvider
) -> None:
    client = open_town.client()
    sign_in(client, forged)
    usual = client.get("/account").headers["Content-Security-Policy"]
    assert "form-action 'self';" in usual
    allowed = usual.replace("form-action 'self';", f"form-action 'self' {forged.issuer};")
    answer = client.send("/sign-out")
    assert answer.headers["Content-Security-Policy"] == allowed
    for name, value in {**HEADERS, **HOSTED_HEADERS}.items():
        assert name == POLICY or answer.headers[name] == value
    assert client.get("/sign-in").headers["Content-Security-Policy"] == usual


def test_who_comes_back_from_signing_out_is_told_so_once(
    open_town: Town, forged: ForgedProvider
) -> None:
    client, told = open_town.client(), "U bent afgemeld."
    sign_in(client, forged)
    state = left_with(client.send("/sign-out"), f"{forged.issuer}/end")["state"]
    for other in ("", "another", "é"):
        assert told not in client.get("/sign-in", query_string={"state": other}).text
    assert told not in open_town.client().get("/sign-in", query_string={"state": state}).text
    back = client.get("/sign-in", query_string={"state": state})
    assert back.headers["Location"] == "/sign-in"
    assert told in client.get("/sign-in").text
    again = client.get("/sign-in", query_string={"state": state})
    assert (again.status_code, told in again.text) == (200, False)


@pytest.mark.parametrize("broken", ["no end", "another secret", "down"])
def test_signing_out_works_where_the_provider_cannot_be_led_to(
    open_town: Town, forged: ForgedProvider, broken: str
) -> None:
    if broken == "no end":
        del forged.document["end_session_endpoint"]
    client = open_town.client()
    sign_in(client, forged)
    if broken == "another secret":
        # What was sealed before a new secret key cannot be opened any more.
        (session,) = open_town.held.store.sessions.of(the_account(open_town).id)
        kept = open_town.folder / "evaltool.sqlite"
        assert session.id_token is not None
        _alter(kept, session.id_token)
    if broken == "down":
        # What was read of it is known for an hour, and the session lasts another one.
        forged.replies[DISCOVERY] = lambda: json_reply({}, 503)
        for _ in range(2):
            open_town.clock.forward(minutes=40)
            assert is_in(client)
    answer = client.send("/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    told = client.get("/sign-in").text
    assert "bij uw organisatie kunt u nog aangemeld zijn" in told
    assert "U bent afgemeld." not in told
    assert not is_in(client)


def test_who_signed_in_with_a_password_is_signed_out_altogether(open_town: Town) -> None:
    client = open_town.signed_in(open_town.person(Role.OFFICER))
    assert client.send("/sign-out").headers["Location"] == "/sign-in"
    told = client.get("/sign-in").text
    assert "U bent afgemeld." in told
    assert "nog aangemeld" not in told


def _alter(database: Path, sealed: str) -> None:
    import sqlite3

    connection = sqlite3.connect(database)
    connection.execute("UPDATE sessions SET id_token = ?", (sealed[:-4] + "AAAA",))
    connection.commit()
    connection.close()


def test_nobody_gets_a_password_beside_the_provider(
    open_town: Town, forged: ForgedProvider
) -> None:
    # It would go on opening what the organisation no longer lets her in to.
    client = open_town.client()
    sign_in(client, forged)
    (made,) = open_town.held.store.accounts.listing(role=Role.OFFICER)
    new = {"current": "", "password": PASSWORD, "again": PASSWORD}
    assert client.send("/account/password", **new).status_code == 404
    assert client.send(f"/municipality/colleagues/{made.id}/link").status_code == 404
    manager = open_town.signed_in(open_town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    assert (
        "meldt zich aan bij de eigen organisatie" in manager.get(f"/admin/accounts/{made.id}").text
    )
    assert manager.send(f"/admin/accounts/{made.id}/link").status_code == 404
    # Nor by mail, where somebody with a password does get a letter.
    other = open_town.person(Role.OFFICER, OTHER)
    with open_town.app.test_request_context(base_url=PUBLIC):
        queue_reset(made.address, "192.0.2.1")
        queue_reset(other.address, "192.0.2.1")
    (letter,) = open_town.held.store.outbox.due(open_town.clock.at)
    assert letter.account_id == other.id
    # Nor by a link that was made on the server.
    store = open_town.held.store.accounts
    store.make_link(made.id, LinkPurpose.RESET, digest(a_token("the token")), open_town.clock.at)
    assert open_town.client().choose_by_link(a_token("the token"), PASSWORD).status_code == 404
    assert store.get(made.id).password is None


def test_a_municipality_whose_last_officer_moves_lets_no_coach_in_any_more(
    open_town: Town, forged: ForgedProvider
) -> None:
    sign_in(open_town.client(), forged)
    (made,) = open_town.held.store.accounts.listing(role=Role.OFFICER)
    coach = open_town.person(Role.COACH, second_factor="sealed")
    consents = open_town.held.store.consents
    consents.give(made.nis_code or "", coach.id, by=made.id, at=open_town.clock.at)
    sign_in(open_town.client(), forged)
    assert len(consents.to_coach(coach.id)) == 1
    sign_in(open_town.client(), forged, evaltool_rol_3d="Chair")
    assert open_town.held.store.accounts.get(made.id).role is Role.CHAIR
    assert consents.to_coach(coach.id) == ()


def test_an_account_that_was_closed_and_opened_again_gets_in(
    open_town: Town, forged: ForgedProvider
) -> None:
    manager = open_town.signed_in(open_town.person(Role.ADMINISTRATOR, second_factor="sealed"))
    sign_in(open_town.client(), forged)
    (made,) = open_town.held.store.accounts.listing(role=Role.OFFICER)
    client = open_town.client()
    manager.send(f"/admin/accounts/{made.id}/close")
    assert sign_in(client, forged).status_code == 403
    manager.send(f"/admin/accounts/{made.id}/close", wanted="open")
    assert sign_in(client, forged).status_code == 303
    assert is_in(client)


def test_who_has_no_password_is_asked_to_have_signed_in_just_now(
    open_town: Town, forged: ForgedProvider
) -> None:
    client = open_town.client()
    sign_in(client, forged)
    assert "U meldt zich aan bij uw organisatie" in client.get("/account").text
    open_town.clock.forward(minutes=11)
    for path in ("/account/delete", "/account/sessions/end"):
        refused = client.send(path)
        assert refused.status_code == 422
        assert "net zijn aangemeld" in refused.text
    sign_in(client, forged, exp=FromNow(3600))
    held = json.loads(client.get("/account/data.json").data)
    assert held["account"]["address"] == "an@example.org"
    assert client.send("/account/delete").status_code == 303
    assert open_town.held.store.accounts.listing() == ()
