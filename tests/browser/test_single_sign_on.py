"""Signing in at the provider of one's organisation, on another site, and out again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from evaltool.domain.access import Role
from evaltool.web.context import install
from tests.browser.crowd import Crowd
from tests.browser.walking import follow, looker
from tests.conftest import served
from tests.hosting import OWN, PASSWORD, Town
from tests.organisations import PEOPLE, settings_for, town_of
from tests.provider import Client, Configuration, RunningProvider, running


@contextmanager
def a_place(folder: Path, *, forms: bool) -> Iterator[tuple[Town, RunningProvider]]:
    """A tool on 127.0.0.1 and its provider on localhost, which browsers hold for two sites.

    Without ``forms`` the cookie of the provider does not go along with a form of another site.
    """
    towns: list[Town] = []
    providers: list[RunningProvider] = []
    with ExitStack() as open_:

        def make(url: str) -> Flask:
            client = Client(
                redirect_uris=(f"{url}/single-sign-on/callback",),
                post_logout_redirect_uris=(f"{url}/sign-in",),
                backchannel_logout_uri=f"{url}/single-sign-on/logged-out",
            )
            configured = Configuration(
                clients=(client,), accounts=PEOPLE, host="localhost", forms=forms
            )
            provider = open_.enter_context(running(configured))
            settings = settings_for(
                provider.issuer,
                redirect_uri=client.redirect_uris[0],
                post_logout_redirect_uri=client.post_logout_redirect_uris[0],
                sign_out_by_address=not forms,
            )
            towns.append(town_of(folder, settings, public_url=url, proxies=0))
            # The provider has a clock of its own, and tells when a token was made.
            install(towns[0].app, replace(towns[0].held, now=lambda: datetime.now(UTC)))
            providers.append(provider)
            return towns[0].app

        open_.enter_context(served(make))
        yield towns[0], providers[0]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, RunningProvider]]:
    with a_place(tmp_path_factory.mktemp("hosted"), forms=True) as made:
        yield made


@pytest.fixture
def town(place: tuple[Town, RunningProvider]) -> Town:
    return place[0]


@pytest.fixture
def issuer(place: tuple[Town, RunningProvider]) -> str:
    return place[1].issuer


@pytest.fixture
def crowd(chromium: Browser, town: Town, axe_source: str) -> Iterator[Crowd]:
    assert town.held.hosted is not None
    made = Crowd(chromium, town.held.hosted.public_url, looker(axe_source))
    yield made
    # Nothing that the Content-Security-Policy refused, on either side.
    assert made.complaints == []


def to_the_provider(crowd: Crowd, page: Page) -> None:
    """From the page where one signs in to that of the provider."""
    crowd.go(page, "/sign-in")
    follow(page.get_by_role("link", name="Aanmelden met uw organisatie"))
    expect(page.locator("h1")).to_have_text("Test provider")


def sign_in(crowd: Crowd, page: Page, login: str) -> None:
    """All the way there and back."""
    to_the_provider(crowd, page)
    page.locator("#login").fill(login)
    follow(page.get_by_role("button", name="Sign in"))
    crowd.look(page)


def test_somebody_signs_in_and_out_there_and_comes_back(
    crowd: Crowd, town: Town, issuer: str
) -> None:
    page = crowd.newcomer()
    crowd.go(page, "/municipality")
    sign_in(crowd, page, "an")
    assert page.url == f"{crowd.url}/municipality"
    expect(page.locator("h1")).to_have_text("Leuven")
    crowd.go(page, "/account")
    expect(page.get_by_text("U meldt zich aan bij uw organisatie")).to_be_visible()
    (made,) = town.held.store.accounts.listing(role=Role.OFFICER, nis_code=OWN)
    assert made.name == "An Peeters"

    # It leads on by itself, and with a form: no token is in an address.
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(f"{request.method} {request.url}"))
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url(f"{issuer}/session/end")
    follow(page.get_by_role("button", name="Sign out"))
    assert f"POST {issuer}/session/end" in addresses
    assert not [address for address in addresses if "eyJ" in address or "id_token" in address]
    assert page.url == f"{crowd.url}/sign-in"
    expect(page.get_by_text("U bent afgemeld.")).to_be_visible()
    crowd.look(page)
    assert town.held.store.sessions.of(made.id) == ()
    # There as well: otherwise the next at this computer would get in without a word.
    to_the_provider(crowd, page)


def test_signing_out_there_ends_what_is_open_here(crowd: Crowd, issuer: str) -> None:
    page, other = crowd.newcomer(), crowd.newcomer()
    for somebody in (page, other):
        sign_in(crowd, somebody, "bo")
    page.goto(f"{issuer}/session/end")
    follow(page.get_by_role("button", name="Sign out"))
    crowd.go(page, "/account")
    assert page.url == f"{crowd.url}/sign-in"
    # The other one signed in there by itself.
    crowd.go(other, "/account")
    assert other.url == f"{crowd.url}/account"


def test_who_cancels_or_has_no_role_is_told_and_can_use_a_password(
    crowd: Crowd, town: Town
) -> None:
    known = town.person(Role.OFFICER, address="cas@leuven.example")
    page = crowd.newcomer()
    to_the_provider(crowd, page)
    follow(page.get_by_role("button", name="Cancel"))
    expect(page.locator("h1")).to_have_text("Aanmelden is afgebroken")
    crowd.look(page)
    sign_in(crowd, page, "roleless")
    expect(page.locator("h1")).to_have_text("U hebt hier geen toegang")
    follow(page.get_by_role("main").get_by_role("link", name="Aanmelden"))
    crowd.sign_in(page, known.address, PASSWORD)
    assert page.url == f"{crowd.url}/"


def test_without_javascript_one_gets_in_and_out_as_well(
    chromium: Browser, town: Town, issuer: str
) -> None:
    assert town.held.hosted is not None
    crowd = Crowd(chromium, town.held.hosted.public_url, scripts=False)
    page = crowd.newcomer()
    sign_in(crowd, page, "an")
    expect(page.locator("h1")).to_have_text("Hoe werkt uw LIVC-R?")
    page.get_by_role("button", name="Afmelden").click()
    expect(page.locator("h1")).to_have_text("U bent hier afgemeld")
    crowd.look(page)
    follow(page.get_by_role("button", name="Ook afmelden bij uw organisatie"))
    assert page.url == f"{issuer}/session/end"
    follow(page.get_by_role("button", name="Sign out"))
    assert page.url == f"{crowd.url}/sign-in"
    to_the_provider(crowd, page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_provider_that_heeds_no_form_is_asked_by_address(
    scripts: bool, chromium: Browser, tmp_path: Path
) -> None:
    with a_place(tmp_path, forms=False) as (town, provider):
        assert town.held.hosted is not None
        crowd = Crowd(chromium, town.held.hosted.public_url, scripts=scripts)
        page = crowd.newcomer()
        sign_in(crowd, page, "an")
        page.get_by_role("button", name="Afmelden").click()
        if not scripts:
            page.get_by_role("link", name="Ook afmelden bij uw organisatie").click()
        page.wait_for_url(f"{provider.issuer}/session/end?*")
        follow(page.get_by_role("button", name="Sign out"))
        assert page.url == f"{crowd.url}/sign-in"
        expect(page.get_by_text("U bent afgemeld.")).to_be_visible()
        to_the_provider(crowd, page)
        assert crowd.complaints == []
