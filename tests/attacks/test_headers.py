"""Headers that lie, and texts that try to become one."""

import re
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from evaltool.domain.accounts import AccountState
from evaltool.domain.attempts import MOST_FROM_ADDRESS
from evaltool.web.security import HEADERS, HOSTED_HEADERS
from tests.attacks.forms import one_of_each, sent, visited
from tests.attacks.world import ACTORS, HOST, World
from tests.hosting import PASSWORD, PUBLIC

SPOOFED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/admin/accounts",
    "X-Rewrite-URL": "/admin/accounts",
    "X-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=http",
    "X-HTTP-Method": "DELETE",
    "X-Real-IP": "203.0.113.9",
    "X-Remote-User": "administrator",
    "Remote-User": "administrator",
    "X-Request-Id": "evil",
    "Origin": "https://evil.example",
}


def shown(answer: TestResponse) -> str:
    """Everything that an answer says: headers and body."""
    return f"{answer.headers}{answer.get_data(as_text=True)}"


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evaluatie.example.evil.example", "evaluatie.example:443"),
        *("evaluatie.example.", "evaluatie.example@evil.example", "evaluatie.example,evil.example"),
        *("evaluatie.example/..", " evaluatie.example", "evaluatie.example#", "localhost"),
        *("127.0.0.1", "[::1]", "", "EVALUATIE.EXAMPLE:80", "evaluatie"),
    ],
)
def test_another_host_is_refused_by_everything(world: World, host: str) -> None:
    client = world.client("officer")
    for path in ("/", "/sign-in", "/account", "/static/style.css", "/nowhere", "/privacy"):
        answer = client.get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, path
        if "evil" in host:
            assert "evil" not in shown(answer), path
        assert set(HOSTED_HEADERS) <= set(answer.headers.keys())


@pytest.mark.parametrize("actor", ["nobody", "officer", "administrator"])
def test_headers_of_a_proxy_lead_nowhere_else(world: World, actor: str) -> None:
    for path in ("/", "/sign-in", "/account", "/municipality/log", "/admin/accounts", "/nowhere"):
        plain = world.client(actor).get(path)
        spoofed = world.client(actor).get(path, headers=SPOOFED)
        assert spoofed.status_code == plain.status_code, path
        assert spoofed.headers.get("Location") == plain.headers.get("Location"), path
        assert "evil" not in shown(spoofed), path


def test_a_link_to_hand_over_has_the_address_of_the_tool(world: World) -> None:
    account = world.own.colleague
    world.town.held.store.accounts.change(account.id, state=AccountState.INVITED)
    answer = world.client("officer").post(
        f"/municipality/colleagues/{account.id}/link",
        data={"csrf_token": world.tokens["officer"]},
        headers=SPOOFED,
    )
    assert f'value="{PUBLIC}/link#' in answer.get_data(as_text=True)
    assert "evil" not in shown(answer)


def test_an_address_of_the_network_is_the_one_that_the_proxy_tells(world: World) -> None:
    """Whoever adds addresses of her own to the header is not somebody else at each attempt."""
    statuses = []
    for number in range(MOST_FROM_ADDRESS + 2):
        data = {
            "csrf_token": world.tokens["nobody"],
            "address": f"iemand{number}@gemeente.example",
            "password": "niet het wachtwoord",
        }
        told = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        statuses.append(
            world.client("nobody").post("/sign-in", data=data, headers=told).status_code
        )
    assert statuses == [422] * MOST_FROM_ADDRESS + [429] * 2


@pytest.mark.parametrize("scheme", ["http", "javascript", "ftp", "https, http", "HTTPS", ""])
def test_a_scheme_that_lies_leads_to_no_other_host(world: World, scheme: str) -> None:
    for path in ("/account", "/evaluations//new", "/", "/nowhere//here"):
        answer = world.client("nobody").get(path, headers={"X-Forwarded-Proto": scheme})
        location = answer.headers.get("Location", "/")
        assert location.startswith("/") or urlsplit(location).netloc == HOST, path
        assert answer.status_code < 500


@pytest.mark.parametrize("actor", ACTORS)
def test_every_answer_carries_the_headers(world: World, actor: str) -> None:
    answers = {path: seen.headers for path, seen in visited(world, actor).items()}
    strange = ("/static/style.css", "/static/nothing", "/nowhere", "/evaluations/x/finish", "//")
    for path in strange:
        with world.client(actor).get(path) as answer:
            answers[path] = answer.headers
    for path, headers in answers.items():
        for name, value in {**HEADERS, **HOSTED_HEADERS}.items():
            assert headers[name] == value, path
        assert "Server" not in headers
        expected = "max-age=3600" if path == "/static/style.css" else "no-store"
        assert expected in headers.get("Cache-Control", "no-store"), path


SPLIT = "x\r\nSet-Cookie: evil=1\r\n\r\n<evil>"


@pytest.mark.parametrize("actor", ["nobody", "officer", "contributor", "administrator"])
def test_no_field_splits_a_header(world: World, actor: str) -> None:
    for form in one_of_each(world, actor):
        fields = {name: SPLIT if name != "csrf_token" else v for name, v in form.fields.items()}
        answer = sent(world.client(actor), form, fields)
        assert_whole(answer, form.path)
        world.reset()


@pytest.mark.parametrize(
    "path",
    [
        "/evaluations/x%0d%0aSet-Cookie:%20evil=1",
        "/municipality/colleagues/x%0d%0aSet-Cookie:%20evil=1",
        "/%0d%0aSet-Cookie:%20evil=1",
        "/account?x=%0d%0aSet-Cookie:%20evil=1",
        "/?lang=en%0d%0aSet-Cookie:%20evil=1",
        "/municipality//log%0d%0aSet-Cookie:%20evil=1",
        "/evaluations/x/sections/%E5%98%8A%E5%98%8DSet-Cookie:evil=1/1",
    ],
)
def test_no_address_splits_a_header(world: World, path: str) -> None:
    client = world.client("nobody")
    assert_whole(client.get(path), path)
    # Where somebody was going is a header after signing in.
    officer = world.own.officer
    entered = client.post(
        "/sign-in",
        data={
            "csrf_token": world.tokens["nobody"],
            "address": officer.address,
            "password": PASSWORD,
        },
    )
    assert entered.status_code == 303
    assert_whole(entered, path)


def assert_whole(answer: TestResponse, where: str) -> None:
    """Fail where an answer has a header that somebody put in."""
    assert answer.status_code < 500, where
    assert len([value for name, value in answer.headers if name == "Set-Cookie"]) <= 1, where
    assert not [value for _, value in answer.headers if re.search(r"[\r\n]", value)], where
    assert "evil" not in str([v for n, v in answer.headers if n == "Set-Cookie"]), where
