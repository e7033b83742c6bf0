"""Addresses that lead out of the tool, or out of its folders."""

import re
from random import Random
from string import ascii_letters
from urllib.parse import urljoin, urlsplit

import pytest

from tests.attacks.world import HOST, World
from tests.conftest import ROOT
from tests.hosting import PASSWORD, PUBLIC

STRANGE_PATHS = [
    *(
        "//evil.example",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
    ),
    *("/\\/evil.example", "//evil.example/%2e%2e", "/.//evil.example", "/;@evil.example"),
    *("//evil.example//", "/https://evil.example", "//evil.example?x", "/\tevil.example"),
    *("//evaluatie.example@evil.example/", "/\x00//evil.example", "/ /evil.example"),
]


@pytest.mark.parametrize("raw", STRANGE_PATHS)
@pytest.mark.parametrize("actor", ["nobody", "officer"])
def test_no_link_of_any_page_leads_elsewhere(world: World, actor: str, raw: str) -> None:
    """A path that a browser takes for another host, as the link to the other language has it."""
    client = world.client(actor)
    answer = client.get("/", environ_overrides={"PATH_INFO": raw, "REQUEST_URI": raw})
    places = re.findall(r'(?:href|src|action)="([^"]*)"', answer.get_data(as_text=True))
    places.append(answer.headers.get("Location", "/"))
    for place in places:
        # Browsers take a backslash for a slash, and leave out tabs and line ends.
        read = re.sub(r"[\t\r\n]", "", place.replace("\\", "/")).strip()
        assert urlsplit(urljoin(f"{PUBLIC}/", read)).netloc == HOST, place


@pytest.mark.parametrize(
    "query",
    [
        *("next=https://evil.example", "after=//evil.example", "url=//evil.example"),
        *(
            "return=https://evil.example",
            "redirect_uri=https://evil.example",
            "lang=//evil.example",
        ),
    ],
)
def test_signing_in_leads_to_no_other_site(world: World, query: str) -> None:
    for path in ("/sign-in", "/account", "/evaluations/new"):
        client = world.client("nobody")
        client.get(f"{path}?{query}")
        data = {
            "csrf_token": world.tokens["nobody"],
            "address": world.own.officer.address,
            "password": PASSWORD,
            "after": "https://evil.example",
            "next": "https://evil.example",
        }
        answer = client.post(f"/sign-in?{query}", data=data)
        assert answer.status_code == 303
        target = urlsplit(urljoin(PUBLIC, answer.headers["Location"]))
        assert (target.scheme, target.netloc) == ("https", HOST)
        world.reset()


def test_a_long_address_leaves_no_cookie_that_no_browser_keeps(world: World) -> None:
    client = world.client("nobody")
    # Letters at random: a cookie is packed.
    long = "".join(Random(1).choices(ascii_letters, k=9000))
    answer = client.get(f"/account?x={long}")
    assert answer.status_code < 500
    assert all(len(value) < 4096 for value in answer.headers.getlist("Set-Cookie"))


UP = [
    *("../setup.cfg", "..%2fsetup.cfg", "%2e%2e/setup.cfg", "%2e%2e%2fsetup.cfg"),
    *("..%5csetup.cfg", "..\\setup.cfg", "....//setup.cfg", "%252e%252e%252fsetup.cfg"),
    *("/etc/passwd", "%2fetc%2fpasswd", "..%c0%afsetup.cfg", "../evaltool/__init__.py"),
    *("..%00/setup.cfg", "style.css/../../setup.cfg", "./../setup.cfg", "..;/setup.cfg"),
    *("file:///etc/passwd", "evaltool.sqlite", "../instance/evaltool.sqlite"),
]


@pytest.mark.parametrize("up", UP)
def test_no_address_leaves_its_folder(world: World, up: str) -> None:
    own = world.own.finished.id
    assert (ROOT / "setup.cfg").is_file()
    for path in (
        *(f"/static/{up}", f"/{up}", f"/evaluations/{up}", f"/evaluations/{own}/{up}"),
        *(f"/evaluations/{own}/{up}.csv", f"/admin/lists/{up}"),
        *(f"/evaluations/{own}/sections/{up}/1", f"/municipality/{up}", f"/admin/accounts/{up}"),
    ):
        for raw in (path, None):
            client = world.client("officer")
            options = {} if raw else {"environ_overrides": {"PATH_INFO": path}}
            with client.get(raw or "/", **options) as answer:
                body = answer.get_data(as_text=True)
            assert answer.status_code in (303, 308, 400, 401, 403, 404, 405), path
            for secret in ("[metadata]", "root:x:", "SQLite format", "__version__"):
                assert secret not in body, path
