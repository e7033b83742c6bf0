"""Links that open an account, in browsers: what a script does with them, and what a hand can."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, AccountState, LinkPurpose
from evaltool.identity.tokens import digest, link_with, new_token
from tests.browser.crowd import Crowd
from tests.browser.hosted import served_town
from tests.browser.walking import follow, looker
from tests.hosting import PASSWORD, Town

WELCOME = "Welkom: kies een wachtwoord"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with served_town(tmp_path) as (town, _):
        yield town


@pytest.fixture
def look(axe_source: str) -> Callable[[Page], None]:
    return looker(axe_source)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def crowd(
    chromium: Browser, town: Town, look: Callable[[Page], None], request: pytest.FixtureRequest
) -> Iterator[Crowd]:
    """People whose pages are looked at, with scripts and without; no console complains."""
    scripts = bool(request.param)
    made = Crowd(chromium, address_of(town), look if scripts else lambda _: None, scripts=scripts)
    yield made
    assert made.complaints == []


@pytest.fixture
def scripted(chromium: Browser, town: Town, look: Callable[[Page], None]) -> Iterator[Crowd]:
    made = Crowd(chromium, address_of(town), look)
    yield made
    assert made.complaints == []


def address_of(town: Town) -> str:
    assert town.held.hosted is not None
    return town.held.hosted.public_url


def invited(town: Town, name: str = "an") -> tuple[Account, str]:
    """Somebody who was invited, and her token."""
    token, address = new_token(), f"{name}@leuven.example"
    who = town.person(Role.OFFICER, address=address, state=AccountState.INVITED)
    make_link = town.held.store.accounts.make_link
    make_link(who.id, LinkPurpose.INVITATION, digest(token), town.clock.at)
    return who, token


def heard(town: Town) -> list[str]:
    """All that the server is told of each request but its body, from now on."""
    told: list[str] = []
    answer = town.app.wsgi_app

    def listening(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        told.append(repr({k: v for k, v in environ.items() if isinstance(v, str)}))
        return answer(environ, start)

    town.app.wsgi_app = listening  # type: ignore[method-assign, assignment]
    return told


def test_no_address_and_no_header_holds_the_token_on_the_way_in(crowd: Crowd, town: Town) -> None:
    who, token = invited(town)
    told, page = heard(town), crowd.newcomer()
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request))
    places: list[str] = []
    page.on("framenavigated", lambda frame: places.append(frame.url))
    crowd.follow_link(page, link_with(crowd.url, token))
    expect(page.locator("h1")).to_have_text(WELCOME)
    crowd.send(page, "Wachtwoord bewaren", password=PASSWORD, again=PASSWORD)
    expect(page.get_by_role("status").first).to_have_text("Uw wachtwoord is bewaard.")
    assert town.held.store.accounts.get(who.id).state is AccountState.ACTIVE

    assert [line for line in told if "'/link/password'" in line]
    assert [line for line in told if token in line] == []
    # What the browser itself takes for the address of a request ends before "#", as what it sends.
    sent = [request.url.partition("#")[0] for request in asked]
    sent += [value for request in asked for value in request.all_headers().values()]
    assert [value for value in sent if token in value] == []
    bodies = [request.post_data or "" for request in asked]
    assert sum(token in body for body in bodies) == 1
    # The page that was opened with it aside, it is in no address: not in one to go back to either.
    assert [place for place in places[1:] if token in place and crowd.scripts] == []
    assert {request.url.partition("#")[0].partition("?")[0] for request in asked} >= {
        f"{crowd.url}/link",
        f"{crowd.url}/link/password",
    }


def test_going_back_shows_no_token(scripted: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = scripted.newcomer()
    scripted.go(page, "/sign-in")
    scripted.follow_link(page, link_with(scripted.url, token))
    expect(page.locator("h1")).to_have_text(WELCOME)
    # Back, step by step: the page that went on by itself is one of those steps, or not, as the
    # browser likes. What a field holds stands in no content of a page.
    seen = []
    while page.url != f"{scripted.url}/sign-in":
        page.go_back()
        page.wait_for_load_state()
        seen.append(page.url)
        assert token not in page.url
        assert token not in page.evaluate("location.href + JSON.stringify(history.state)")
        assert token not in page.content()
        if page.locator("#link_code").count():
            assert page.input_value("#link_code") == ""
    assert set(seen) <= {f"{scripted.url}/link", f"{scripted.url}/sign-in"}
    # The link itself was not used by that.
    scripted.follow_link(page, link_with(scripted.url, token))
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_a_place_on_the_page_is_no_code(scripted: Crowd) -> None:
    page = scripted.newcomer()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    scripted.go(page, "/link")
    # To the content, by the keyboard: the link to it shows itself when it is reached.
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{scripted.url}/link#main")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("#link_code")).to_have_value("")

    scripted.send(page, "Verder", link_code="")
    expect(page.locator("#errors")).to_contain_text("Geef de code uit uw link")
    page.locator("#errors a").click()
    page.wait_for_url(f"{scripted.url}/link#link_code")
    expect(page.locator("#link_code")).to_be_focused()
    expect(page.locator("#link_code")).to_have_value("")

    # Nor is it one where the page opens there, nor what is longer or shorter than a code of ours.
    told = page.get_by_role("alert").filter(has_text="Deze link is niet volledig")
    for behind, half in {
        "main": False,
        "link_code": False,
        "a" * 42: True,
        "a" * 44: True,
        "a" * 42 + ".": True,
    }.items():
        page.goto("about:blank")
        scripted.go(page, f"/link#{behind}")
        expect(page.locator("h1")).to_have_text("Open uw link")
        expect(page.locator("#link_code")).to_have_value("")
        expect(told).to_have_count(int(half))
    # The form that was sent by hand aside, nothing was sent.
    assert sent.count("POST") == 1


def test_who_opened_a_link_that_is_not_hers_presses_a_button(crowd: Crowd, town: Town) -> None:
    who, token = invited(town)
    page = crowd.newcomer()
    crowd.follow_link(page, link_with(crowd.url, token))
    expect(page.locator("main")).to_contain_text(who.address)
    crowd.press(page, "Dit is niet mijn link")
    expect(page.get_by_role("status").first).to_contain_text("in deze browser gesloten")
    crowd.go(page, "/link/password")
    expect(page).to_have_url(f"{crowd.url}/link")
    expect(page.locator("main")).not_to_contain_text(who.address)


def test_the_whole_link_can_be_pasted(crowd: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = crowd.newcomer()
    crowd.go(page, "/link")
    crowd.send(page, "Verder", link_code=f" {link_with(crowd.url, token)} ")
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_a_link_with_a_full_stop_behind_it_opens_at_a_click(scripted: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = scripted.newcomer()
    scripted.follow_link(page, f"{link_with(scripted.url, token)}.")
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_half_a_link_is_told_from_one_that_does_not_work(crowd: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = crowd.newcomer()
    crowd.go(page, "/link")
    half = link_with(crowd.url, token)[:-5]
    crowd.send(page, "Verder", link_code=half)
    expect(page.locator("h1")).to_have_text("Open uw link")
    expect(page.locator("#errors")).to_contain_text("Deze link is niet volledig")
    expect(page.locator("#link_code")).to_have_value(half)
    crowd.send(page, "Verder", link_code=link_with(crowd.url, token))
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_another_link_in_the_same_tab_is_followed_as_well(scripted: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = scripted.newcomer()
    scripted.go(page, "/link")
    # Only what follows "#" is another: no page is loaded.
    page.evaluate("link => location.assign(link)", link_with(scripted.url, token))
    page.wait_for_url(f"{scripted.url}/link/password")
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_a_link_that_opens_nothing_says_so_and_the_code_stays(crowd: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = crowd.newcomer()
    crowd.go(page, "/link")
    wrong = new_token()
    crowd.send(page, "Verder", link_code=wrong)
    expect(page.locator("h1")).to_have_text("Deze link werkt niet (meer)")
    expect(page.locator("#errors")).to_contain_text("Een link werkt één keer")
    expect(page.locator("#link_code")).to_have_value(wrong)
    crowd.send(page, "Verder", link_code=token)
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_a_link_that_was_used_says_so_and_asks_no_second_time(scripted: Crowd, town: Town) -> None:
    _, token = invited(town)
    town.held.store.accounts.use_link(digest(token), town.clock.at)
    page = scripted.newcomer()
    page.goto(link_with(scripted.url, token), wait_until="commit")
    expect(page.locator("h1")).to_have_text("Deze link werkt niet (meer)")
    expect(page.locator("#errors")).to_be_focused()
    assert page.url == f"{scripted.url}/link"
    scripted.look(page)


def test_a_code_is_given_with_the_keyboard_alone(crowd: Crowd, town: Town) -> None:
    _, token = invited(town)
    page = crowd.newcomer()
    crowd.go(page, "/link")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator("#link_code:focus").count():
            break
    expect(page.locator("#link_code")).to_be_focused()
    page.keyboard.insert_text(token)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(WELCOME)


def test_who_has_an_account_comes_to_what_is_asked_by_way_of_signing_in(
    crowd: Crowd, town: Town
) -> None:
    who = town.person(Role.OFFICER, address="an@leuven.example")
    token = new_token()
    town.held.store.accounts.make_link(who.id, LinkPurpose.JOIN, digest(token), town.clock.at)
    page = crowd.newcomer()
    crowd.follow_link(page, link_with(crowd.url, token))
    expect(page.locator("h1")).to_have_text("Aanmelden")
    page.locator("#address").fill(who.address)
    page.locator("#password").fill(PASSWORD)
    follow(page.get_by_role("main").get_by_role("button", name="Aanmelden"))
    expect(page).to_have_url(f"{crowd.url}/")
