"""Explanations within reach: by keyboard, mouse and touch, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.walking import looker
from tests.browsing import imported
from tests.conftest import ROOT, LiveServer

ANSWERS = ROOT / "tests" / "golden" / "centre-growing.answers.json"

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The overview of an evaluation that is answered and not finished."""
    return live_server.url + imported(live_server.app.test_client(), ANSWERS.read_bytes())


def opened(chromium: Browser, url: str, *, scripts: bool, width: int = 1200) -> Page:
    """A page at an address, in a browser of its own; a narrow one is touched."""
    touched = width < 500
    context = chromium.new_context(
        java_script_enabled=scripts,
        locale="nl-BE",
        viewport={"width": width, "height": 640},
        has_touch=touched,
        is_mobile=touched,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(url)
    return page


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    pytest.fail(f"{target} cannot be reached with the keyboard")


def card_of(page: Page, word: Locator) -> Locator:
    """The explanation of a word."""
    return page.locator(f"#{word.get_attribute('popovertarget')}")


def in_the_window(page: Page, card: Locator) -> bool:
    """Whether all of an explanation can be seen."""
    return bool(
        card.evaluate(
            "e => { const b = e.getBoundingClientRect(); return b.left >= 0 && b.top >= 0"
            " && b.right <= innerWidth + 0.5 && b.bottom <= innerHeight + 0.5; }"
        )
    )


def nothing_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@SCRIPTS
def test_by_keyboard(
    chromium: Browser, live_server: LiveServer, axe_source: str, scripts: bool
) -> None:
    page = opened(chromium, live_server.url, scripts=scripts)
    word = page.locator("button.term").first
    card = card_of(page, word)
    close = card.get_by_role("button", name="Sluiten")
    expect(card).to_be_hidden()

    tab_to(page, word)
    page.keyboard.press("Enter")
    expect(card).to_be_visible()
    # The focus is on the explanation, so that it is read aloud.
    expect(card).to_be_focused()
    expect(card).to_contain_text("Lokale integrale veiligheidscel inzake radicalisme")
    if scripts:
        looker(axe_source)(page)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(word).to_be_focused()

    page.keyboard.press("Space")
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(card.get_by_role("link", name="In de woordenlijst")).to_be_focused()
    page.keyboard.press("Tab")
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_be_hidden()
    expect(word).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/glossary#term-livc_r$"))
    expect(page.locator("#term-livc_r")).to_be_in_viewport()


@SCRIPTS
def test_by_touch(chromium: Browser, address: str, axe_source: str, scripts: bool) -> None:
    page = opened(chromium, f"{address}/sections/structure/2", scripts=scripts, width=360)
    words = page.locator("button.term").all()
    assert len(words) >= 2
    for word in words:
        box = word.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5
        card = card_of(page, word)
        word.tap()
        expect(card).to_be_visible()
        assert in_the_window(page, card)
        nothing_sideways(page)
        if scripts:
            looker(axe_source)(page)
        card.get_by_role("button", name="Sluiten").tap()
        expect(card).to_be_hidden()
    # A tap beside it closes it too, and a tap on another word shows that one.
    words[0].tap()
    expect(card_of(page, words[0])).to_be_visible()
    page.locator("h1").tap(position={"x": 2, "y": 2})
    expect(page.locator(".explain:popover-open")).to_have_count(0)


def test_in_the_smallest_window_all_of_it_can_be_read(chromium: Browser, address: str) -> None:
    page = opened(chromium, f"{address}/sections/structure/2", scripts=True, width=320)
    for size in ((320, 256), (640, 320)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for word in page.locator("button.term").all():
            word.tap()
            card = card_of(page, word)
            expect(card).to_be_visible()
            assert in_the_window(page, card), (size, word)
            close = card.get_by_role("button", name="Sluiten")
            close.scroll_into_view_if_needed()
            expect(close).to_be_in_viewport(ratio=1)
            nothing_sideways(page)
            close.tap()
            expect(card).to_be_hidden()


def test_no_page_scrolls_sideways(
    chromium: Browser, live_server: LiveServer, address: str, axe_source: str
) -> None:
    page = opened(chromium, f"{live_server.url}/glossary", scripts=True, width=360)
    looker(axe_source)(page)
    for url in (live_server.url, address, f"{address}/sections/structure/2"):
        page.goto(url)
        nothing_sideways(page)
    page.goto(f"{address}/check")
    page.locator("form[action$='/finish'] button").tap()
    page.wait_for_url(re.compile("/results$"))
    nothing_sideways(page)
    seen = page.locator("button.term:visible").all()
    assert len(seen) > 5
    for word in (seen[0], seen[len(seen) // 2], seen[-1]):
        word.tap()
        expect(card_of(page, word)).to_be_visible()
        nothing_sideways(page)
        page.keyboard.press("Escape")
        expect(card_of(page, word)).to_be_hidden()


def test_a_word_in_a_form_neither_sends_nor_changes_it(page: Page, address: str) -> None:
    page.goto(f"{address}/sections/structure/2")
    page.locator("#chair-mayor").check()
    expect(page.locator("#saved")).to_have_text(re.compile("^Bewaard op"))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.locator("button.term").first.click()
    expect(page.locator(".explain:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1000)
    assert requests == []
    expect(page.locator("#chair-mayor")).to_be_checked()


def test_paper_shows_neither_dots_nor_explanations(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    word = page.locator("button.term").first
    expect(word).to_have_css("text-decoration-line", "underline")
    word.click()
    expect(card_of(page, word)).to_be_visible()
    page.emulate_media(media="print")
    expect(card_of(page, word)).to_be_hidden()
    expect(word).to_have_css("text-decoration-line", "none")


def test_a_browser_without_popovers_shows_plain_text(page: Page, address: str) -> None:
    def without(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace(":popover-open", ":no-such-thing")
        route.fulfill(response=answer, body=body.replace("<div popover ", "<div "))

    page.route(re.compile(r"/structure/2$|/style\.css"), without)
    page.goto(f"{address}/sections/structure/2")
    word = page.locator("button.term").first
    expect(word).to_have_css("text-decoration-line", "none")
    expect(word).to_have_css("border-top-width", "0px")
    assert page.locator(".explain").count() > 1
    assert page.locator(".explain:visible").count() == 0
