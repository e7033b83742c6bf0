"""A chair runs a meeting to its minutes, in Chromium."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from evaltool.web.context import install
from tests.browser.test_plan import imported
from tests.browser.walking import follow, looker
from tests.conftest import LiveServer
from tests.hosting import Clock
from tests.pdf_checks import assert_sound

PHONE = ViewportSize(width=390, height=844)


@pytest.mark.parametrize("device", ["phone", "without script"])
def test_a_chair_runs_a_meeting_to_its_minutes(
    device: str, chromium: Browser, live_server: LiveServer, axe_source: str
) -> None:
    if device == "phone":
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    else:
        context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    # Without script nothing can be asked of a page: see libraries such as axe-core.
    look = (lambda _: None) if device == "without script" else looker(axe_source)
    address = imported(page, live_server.url, "rural-zone-quiet")

    page.goto(address)
    follow(page.get_by_role("link", name="Naar de bijeenkomsten"))
    look(page)
    page.locator("#day").fill("3/12/2026")
    page.locator("#length-90").check()
    page.locator("#title").fill("Najaarsoverleg")
    follow(page.get_by_role("button", name="Maak een voorstel voor de agenda"))
    look(page)

    # Another order and other minutes, by keyboard where there is one.
    items = page.locator(".agenda > li")
    third = items.nth(2).locator("strong").inner_text().partition(". ")[2]
    up = items.nth(2).get_by_role("button", name=re.compile("^Omhoog"))
    up.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(items.nth(1)).to_contain_text(third)
    items.nth(1).locator("input.few").fill("20")
    follow(page.get_by_role("button", name="Minuten bewaren"))
    expect(page.locator(".balance")).to_contain_text("te veel")
    page.locator("input[name=source]").first.check()
    page.locator("#title").fill("Ronde langs de scholen")
    follow(page.get_by_role("button", name="Zet op de agenda"))
    expect(page.locator(".agenda")).to_contain_text("Ronde langs de scholen")
    look(page)

    follow(page.get_by_role("button", name="Gegevens en aanwezigen wijzigen"))
    look(page)
    page.locator("#present-mayor").check()
    page.locator("#present-schools").check()
    follow(page.get_by_role("button", name="Bewaren"))

    follow(page.get_by_role("button", name="Begin de bijeenkomst"))
    look(page)
    expect(page.locator(".clock")).to_contain_text(re.compile(r"tot \d\d\.\d\d.*nog \d+ min", re.S))
    follow(page.get_by_role("button", name="Volgende"))
    expect(page.locator("h1")).to_have_text(third)
    for text in ("Nodig de scholen uit", "Maak een contactlijst"):
        page.locator("#text").fill(text)
        page.locator("#owner").fill("voorzitter")
        page.locator("#due").fill("31/3/2027")
        follow(page.get_by_role("button", name="Noteer de beslissing"))
        expect(page.locator("#decisions")).to_contain_text(text)
    page.locator("#notes").fill("De directeurs willen wel komen.")
    follow(page.get_by_role("button", name="Bewaar de notities"))
    look(page)
    follow(page.get_by_role("button", name="Verbeter").first)
    look(page)
    page.locator("#owner").fill("preventieambtenaar")
    follow(page.get_by_role("button", name="Bewaren"))
    expect(page.locator("#decisions")).to_contain_text("preventieambtenaar · 31 maart 2027")
    while page.get_by_role("button", name="Volgende").count():
        follow(page.get_by_role("button", name="Volgende"))
    follow(page.get_by_role("button", name="Naar het afsluiten"))
    look(page)
    follow(page.get_by_role("button", name="Sluit de bijeenkomst af"))
    look(page)

    meeting = page.url.partition("#")[0]
    over = page.locator(".over").inner_text()
    pdf = page.request.get(f"{meeting}/minutes.pdf").body()
    read = assert_sound(pdf, language="nl-BE", title=f"LIVC-R {over}: Najaarsoverleg", places=0)
    assert "De directeurs willen wel komen." in read.text(read.tree)
    told = page.request.get(f"{meeting}/minutes.txt").text()
    assert "Aanwezig: Burgemeester en Scholen" in told
    assert "1. Nodig de scholen uit (preventieambtenaar, 31 maart 2027)" in told
    assert "De directeurs willen wel komen." in told
    follow(page.get_by_role("link", name="Naar het actieplan"))
    expect(page.locator(".plan > li")).to_have_count(2)
    expect(page.locator(".plan")).to_contain_text("Maak een contactlijst")
    expect(page.locator(".plan")).to_contain_text("preventieambtenaar")


def test_the_time_counts_down_and_is_told_at_a_few_moments(
    page: Page, live_server: LiveServer
) -> None:
    clock = Clock()
    install(live_server.app, replace(live_server.app.extensions["evaltool"], now=clock))
    address = imported(page, live_server.url, "rural-zone-quiet")
    page.clock.install()
    page.goto(f"{address}/meetings")
    page.locator("#day").fill("3/12/2026")
    follow(page.get_by_role("button", name="Maak een voorstel voor de agenda"))
    follow(page.get_by_role("button", name="Begin de bijeenkomst"))
    follow(page.get_by_role("button", name="Volgende"))
    left, aloud = page.locator(".counted"), page.locator("#time-told")
    expect(left).to_have_text("nog 10 minuten")
    expect(aloud).to_be_empty()
    page.clock.run_for("04:05")
    expect(left).to_have_text("nog 6 minuten")
    expect(aloud).to_be_empty()
    page.clock.run_for("01:00")
    expect(aloud).to_have_text("nog 5 minuten")
    page.clock.run_for("04:00")
    expect(aloud).to_have_text("nog 1 minuut")
    page.clock.run_for("01:00")
    expect(aloud).to_have_text("de tijd is om")
    page.clock.run_for("02:00")
    expect(left).to_have_text("2 minuten over tijd")
    expect(page.locator(".clock.over")).to_be_visible()
