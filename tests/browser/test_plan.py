"""The action plan and the documents in Chromium: with the mouse, by keyboard, on a phone."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.walking import follow, looker
from tests.conftest import LiveServer
from tests.golden import FOLDER


def imported(page: Page, url: str, name: str) -> str:
    """The address of a finished evaluation, imported as a user does."""
    page.goto(url)
    page.locator("details summary").first.click()
    page.locator("input[type=file]").set_input_files(FOLDER / f"{name}.answers.json")
    page.locator("form[action$='/import'] button").click()
    page.wait_for_url(re.compile("/evaluations/[^/]+$"))
    address = page.url
    page.goto(f"{address}/check")
    page.locator("form[action$='/finish'] button").click()
    page.wait_for_url(re.compile("/results$"))
    return address


PHONE = ViewportSize(width=390, height=844)


@pytest.mark.parametrize("device", ["desktop", "phone", "without script"])
def test_from_finding_to_plan_and_back(
    device: str, chromium: Browser, live_server: LiveServer, axe_source: str
) -> None:
    if device == "phone":
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    else:
        context = chromium.new_context(java_script_enabled=device == "desktop")
    context.set_default_timeout(10_000)
    page = context.new_page()
    # Without script nothing can be asked of a page: see libraries such as axe-core.
    look = (lambda _: None) if device == "without script" else looker(axe_source)
    address = imported(page, live_server.url, "rural-zone-quiet")
    look(page)

    # A card on the first page leads to the finding, and that into the plan.
    follow(page.locator(".finding.short a").first)
    finding = page.locator("article:target, article[id^=f-]").first
    finding.get_by_role("button", name="Zet in het actieplan").first.click()
    page.wait_for_url(re.compile("/plan$"))
    expect(page.locator(".plan > li")).to_have_count(1)
    look(page)

    boxes = page.locator("input[name=finding]")
    for number in range(2):
        boxes.nth(number).check()
    follow(page.get_by_role("button", name="Zet in het plan"))
    expect(page.locator(".plan > li")).to_have_count(3)

    follow(page.locator(".plan a").first)
    look(page)
    page.locator("#owner").fill("preventiedienst")
    page.locator("#due").fill("morgen")
    follow(page.get_by_role("button", name="Bewaren"))
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#owner")).to_have_value("preventiedienst")
    expect(page.locator("#due")).to_have_value("morgen")
    look(page)
    page.locator("#errors a").click()
    expect(page.locator("#due")).to_be_focused()
    page.locator("#due").fill("2027-03-31")
    page.locator("#state-busy").check()
    follow(page.get_by_role("button", name="Bewaren"))
    expect(page.locator(".plan")).to_contain_text("31 maart 2027")

    page.locator("#title").fill("Bel de buren")
    follow(page.get_by_role("button", name="Toevoegen"))
    expect(page.locator(".plan > li")).to_have_count(4)
    follow(page.locator(".plan a").last)
    follow(page.get_by_role("link", name="Uit het plan halen"))
    look(page)
    follow(page.get_by_role("button", name="Ja, haal ze eruit"))
    expect(page.locator(".plan > li")).to_have_count(3)

    page.goto(f"{address}/results")
    expect(page.locator("#plan")).to_contain_text("preventiedienst")
    expect(page.locator("#plan")).to_contain_text("bezig")
    expect(page.get_by_role("link", name=re.compile("^Staat in het actieplan"))).to_have_count(3)


def test_every_document_can_be_fetched_from_the_results(
    page: Page, live_server: LiveServer
) -> None:
    imported(page, live_server.url, "agglomeration-formal")
    page.locator("#documents summary").click()
    links = page.locator("#documents a")
    kinds = set()
    for number in range(links.count()):
        href = links.nth(number).get_attribute("href") or ""
        if href.endswith("/plan"):
            continue
        answer = page.request.get(f"{live_server.url}{href}")
        assert answer.status == 200, href
        kinds.add(answer.headers["content-type"].partition(";")[0])
    assert len(kinds) == 4, kinds
    assert links.count() == 13


@pytest.mark.parametrize("name", ["coast", "much-unknown", "residential-no-plans"])
def test_other_municipalities_read_well_too(
    page: Page, live_server: LiveServer, axe_source: str, name: str
) -> None:
    imported(page, live_server.url, name)
    looker(axe_source)(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    assert page.locator(".pick").first.is_hidden()
