"""Starting from the last evaluation in Chromium, and what is seen of it afterwards."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from evaltool.web.context import Services
from tests.browser.walking import Walker, follow, looker
from tests.conftest import LiveServer
from tests.factories import some_answers

PHONE = ViewportSize(width=390, height=844)
FIRST = some_answers(
    livcr_presence="yes_municipal", livcr_tables="one", meeting_frequency="quarterly"
)


def finished(live_server: LiveServer) -> str:
    """The id of a finished evaluation of Leuven."""
    held: Services = live_server.app.extensions["evaltool"]
    questionnaire, now = held.catalogue.questionnaire, held.now()
    made = held.evaluations.create(
        nis_code="24062",
        cluster=5,
        cluster_proposed=False,
        day=now.date(),
        edition=questionnaire.edition,
        survey=questionnaire.survey,
        sections={"structure": FIRST},
        at=now,
    )
    held.evaluations.finish(made.id, at=now)
    return made.id


def carried(live_server: LiveServer, address: str) -> dict[str, bool]:
    """The carried answers of an evaluation, and whether each is confirmed."""
    held: Services = live_server.app.extensions["evaltool"]
    evaluation = held.evaluations.get(address.rpartition("/")[2])
    return {id_: mark.confirmed for id_, mark in evaluation.carried.items()}


def test_the_page_saves_itself_and_confirms_only_what_the_user_says(
    page: Page, live_server: LiveServer, axe_source: str
) -> None:
    finished(live_server)
    look = looker(axe_source)
    questionnaire = live_server.app.extensions["evaltool"].catalogue.questionnaire
    address = Walker(page, live_server.url, questionnaire, look).begin("Leuven", 5)
    expect(page.locator("main")).to_contain_text("3 overgenomen antwoorden")
    follow(page.get_by_role("link", name="Kijk ze na"))
    look(page)
    ticks = page.get_by_label("Dit klopt nog")
    expect(ticks).to_have_count(2)
    saved = page.locator("#saved")

    def save(act: str) -> None:
        with page.expect_response(lambda r: r.request.method == "POST" and r.status == 200):
            getattr(ticks.first, act)()

    # What is typed is saved by the page itself, and confirms nothing.
    page.locator("#note-livcr_tables summary").click()
    with page.expect_response(lambda r: r.request.method == "POST" and r.status == 200):
        page.locator("#field-note-livcr_tables").fill("elke maand")
    expect(saved).to_contain_text("Bewaard op")
    assert carried(live_server, address) == dict.fromkeys(FIRST.values, False)
    # A tick does, and taking it away takes it back.
    save("check")
    assert carried(live_server, address)["livcr_presence"]
    save("uncheck")
    assert not carried(live_server, address)["livcr_presence"]
    # Another answer is no longer the carried one.
    with page.expect_response(lambda r: r.request.method == "POST" and r.status == 200):
        page.locator("#livcr_tables-two").check()
    expect(page.locator("[data-still=livcr_tables]")).to_be_hidden()
    assert set(carried(live_server, address)) == {"livcr_presence", "meeting_frequency"}

    follow(page.get_by_role("button", name="Alles op deze pagina klopt nog, verder"))
    expect(page).to_have_url(re.compile("/sections/structure/2$"))
    assert carried(live_server, address) == {"livcr_presence": True, "meeting_frequency": False}
    page.goto(f"{address}/check")
    look(page)
    expect(page.locator(".since")).to_have_count(1)


@pytest.mark.parametrize("device", ["phone", "without script"])
def test_from_an_earlier_report_to_what_changed(
    device: str, chromium: Browser, live_server: LiveServer, axe_source: str
) -> None:
    if device == "phone":
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    else:
        context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    look = (lambda _: None) if device == "without script" else looker(axe_source)
    page.goto(f"{live_server.url}/evaluations/{finished(live_server)}")
    look(page)
    follow(page.get_by_role("link", name="Nieuwe zelfevaluatie, vanaf deze"))
    look(page)
    page.locator("#cluster-5").check()
    follow(page.locator("form[action='/evaluations/new'] button[type=submit]"))
    address = page.url
    follow(page.get_by_role("link", name="Kijk ze na"))
    page.locator("#livcr_tables-two").check()
    page.get_by_label("Dit klopt nog").first.check()
    follow(page.get_by_role("button", name="Bewaren en verder"))
    assert carried(live_server, address) == {"livcr_presence": True, "meeting_frequency": False}
    page.goto(f"{address}/check")
    follow(page.locator("form[action$='/finish'] button"))
    look(page)
    expect(page.locator("#evolution svg")).to_be_visible()
    follow(page.get_by_role("link", name="Evolutie en vergelijken met vroeger"))
    look(page)
    follow(page.get_by_role("link", name=re.compile("^Vergelijk met")).first)
    look(page)
    expect(page.locator("#answers")).to_contain_text("1 antwoord is anders.")
    expect(page.locator("#answers")).to_contain_text("1 overgenomen en niet nagekeken")
    expect(page.locator(".beside")).to_contain_text("Hetzelfde antwoord als u gaf: toen 67")
    context.close()
