"""Four members of the LIVC-R differ, and the chair takes that to a meeting and its minutes."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from tests.browser.hosted import browser_of, served_town
from tests.browser.walking import follow, looker
from tests.hosting import PASSWORD
from tests.pdf_checks import assert_sound

MEMBERS = {
    "mayor": "quarterly",
    "local_police": "quarterly",
    "social_service": "yearly",
    "schools": "never",
}
"""Who is asked, and how often each of them says that the LIVC-R meets."""
QUESTION = "Hoe vaak komt de LIVC-R samen?"
DECISION = "Vanaf nu komt de LIVC-R elk kwartaal samen"
NOTES = "Twee leden telden ook het overleg per telefoon mee."
OWN_ITEM = "Ronde langs de scholen"


def invited(page: Page, address: str, discipline: str) -> str:
    """The officer asks a member about structure alone; the link to hand over."""
    page.goto(f"{address}/contributors")
    page.locator("#name").fill(f"Lid {discipline}")
    page.locator("#address").fill(f"{discipline.replace('_', '-')}@leuven.example")
    page.locator("#discipline").select_option(discipline)
    for box in page.locator("input[name=section]").all():
        box.set_checked(box.get_attribute("value") == "structure")
    follow(page.get_by_role("button", name="Maak een link"))
    link = page.locator("#link").input_value()
    follow(page.get_by_role("link", name="Klaar"))
    return link


def give_view(page: Page, link: str, frequency: str) -> None:
    """A member follows her link, answers what she was asked about, and finishes."""
    page.goto(link)
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    follow(page.get_by_role("button", name="Wachtwoord bewaren"))
    follow(page.get_by_role("link", name="Verdergaan"))
    expect(page.locator("main")).to_contain_text("anoniem is dit niet")
    view = page.url
    expect(page.locator("main a[href*='/sections/']").first).to_be_visible()
    asked = {
        (link.get_attribute("href") or "").split("/sections/")[1].split("/")[0]
        for link in page.locator("main a[href*='/sections/']").all()
    }
    assert asked == {"structure"}
    page.goto(f"{view}/sections/structure/1")
    page.locator("#livcr_presence-yes_municipal").check()
    follow(page.locator("button[name=next]"))
    page.locator(f"#meeting_frequency-{frequency}").check()
    page.locator("#chair-mayor").check()
    follow(page.locator("button[name=later]"))
    page.goto(f"{view}/check")
    follow(page.locator("form[action$='/finish'] button"))
    expect(page.locator("main")).to_contain_text("Uw kijk is bewaard")


def test_four_members_differ_and_the_chair_runs_a_meeting_to_its_minutes(
    chromium: Browser, tmp_path: Path, axe_source: str
) -> None:
    look = looker(axe_source)
    with served_town(tmp_path) as (town, url):
        evaluation = town.evaluation(
            answers=Answers({"livcr_presence": "yes_municipal", "chair": "mayor"}, {}, {})
        )
        address = f"{url}/evaluations/{evaluation.id}"
        officer = browser_of(chromium, town, url, town.person(Role.OFFICER)).new_page()
        links = {discipline: invited(officer, address, discipline) for discipline in MEMBERS}
        look(officer)
        expect(officer.locator("main .rows > li")).to_have_count(4)
        for done, (discipline, frequency) in enumerate(MEMBERS.items(), start=1):
            give_view(chromium.new_context(locale="nl-BE").new_page(), links[discipline], frequency)
            officer.goto(f"{address}/views")
            if done == 2:
                look(officer)
            if done < 3:
                # What two see differently would tell each of them what the other answered.
                expect(officer.locator("main")).to_contain_text("van 4 gevraagde leden")
                expect(officer.locator(".difference")).to_have_count(0)
                assert QUESTION not in officer.locator("main").inner_text()
            else:
                expect(officer.locator(".difference").first).to_contain_text(QUESTION)

        page = browser_of(chromium, town, url, town.person(Role.CHAIR)).new_page()
        page.goto(address)
        follow(page.get_by_role("link", name="Waar zien we het verschillend?"))
        expect(page.locator("main")).to_contain_text("4 van 4 gevraagde leden zijn klaar")
        first = page.locator(".difference").first
        expect(first).to_contain_text(QUESTION)
        expect(first).to_contain_text("Scholen")
        look(page)

        compose(page, address)
        look(page)
        run(page)
        look(page)
        check_minutes(page)

        # What was decided becomes the common answer, with why.
        page.goto(f"{address}/views/meeting_frequency")
        page.locator("#meeting_frequency-quarterly").check()
        page.locator("#reason").fill("Zo besliste de tafel op 3 december.")
        look(page)
        follow(page.get_by_role("button", name="Bewaar het gezamenlijke antwoord"))
        expect(page.locator(".difference").first).to_contain_text("Elk kwartaal")
        expect(page.locator(".difference").first).to_contain_text("Zo besliste de tafel")
        page.goto(f"{address}/plan")
        expect(page.locator(".plan")).to_contain_text("elk kwartaal samen")


def items(page: Page) -> Locator:
    """The items of the agenda, in their order."""
    return page.locator(".agenda > li")


def compose(page: Page, address: str) -> None:
    """The chair takes what members differ on off, chooses it again, moves it and gives it time."""
    page.goto(f"{address}/meetings")
    page.locator("#day").fill("3/12/2026")
    page.locator("#title").fill("Najaarsoverleg")
    follow(page.get_by_role("button", name="Maak een voorstel voor de agenda"))
    proposed = items(page).filter(has_text=QUESTION)
    expect(proposed).to_have_count(1)
    follow(proposed.get_by_role("button", name=re.compile("^Haal eraf")))
    expect(proposed).to_have_count(0)
    before = items(page).count()
    # What is ticked and typed stays while other buttons are used.
    page.get_by_label(QUESTION).check()
    page.locator("#title").fill(OWN_ITEM)
    page.locator("#minutes").fill("5")
    items(page).first.locator("input.few").fill("4")
    follow(items(page).first.get_by_role("button", name=re.compile("^Omlaag")))
    expect(page.get_by_label(QUESTION)).to_be_checked()
    expect(page.locator("#title")).to_have_value(OWN_ITEM)
    follow(items(page).nth(1).get_by_role("button", name=re.compile("^Omhoog")))
    follow(page.get_by_role("button", name="Zet op de agenda"))
    expect(items(page)).to_have_count(before + 2)
    expect(items(page).first.locator("input.few")).to_have_value("4")
    # Up by keyboard, until it comes second.
    while QUESTION not in items(page).nth(1).inner_text():
        place = [QUESTION in text for text in items(page).all_inner_texts()].index(True)
        items(page).nth(place).get_by_role("button", name=re.compile("^Omhoog")).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    items(page).nth(1).locator("input.few").fill("25")
    follow(page.get_by_role("button", name="Minuten bewaren"))
    expect(items(page).nth(1).locator("input.few")).to_have_value("25")
    expect(items(page).filter(has_text=OWN_ITEM).locator("input.few")).to_have_value("5")
    follow(page.get_by_role("button", name="Gegevens en aanwezigen wijzigen"))
    for discipline in ("mayor", "local_police", "social_service", "schools"):
        page.locator(f"#present-{discipline}").check()
    follow(page.get_by_role("button", name="Bewaren"))


def run(page: Page) -> None:
    """The meeting, from its first item to its end."""
    follow(page.get_by_role("button", name="Begin de bijeenkomst"))
    follow(page.get_by_role("button", name="Volgende"))
    expect(page.locator("h1")).to_have_text(QUESTION)
    expect(page.locator(".said")).to_contain_text("Scholen")
    page.locator("#notes").fill(NOTES)
    page.locator("#text").fill(DECISION)
    page.locator("#owner").fill("voorzitter")
    page.locator("#due").fill("31/3/2027")
    # The key Enter notes the decision, and the notes beside it are kept too.
    with page.expect_navigation():
        page.locator("#due").press("Enter")
    expect(page.locator("#decisions")).to_contain_text("voorzitter · 31 maart 2027")
    expect(page.locator("#notes")).to_have_value(NOTES)
    while page.get_by_role("button", name="Volgende").count():
        follow(page.get_by_role("button", name="Volgende"))
    # What is typed when the chair goes on is noted.
    page.locator("#text").fill("We komen elk kwartaal op donderdag samen")
    page.locator("#plan").uncheck()
    follow(page.get_by_role("button", name="Naar het afsluiten"))
    expect(page.locator(".decided").first).to_contain_text("op donderdag")
    follow(page.get_by_role("button", name="Sluit de bijeenkomst af"))


def check_minutes(page: Page) -> None:
    """The minutes as text, and as a sound document that says the same."""
    meeting = page.url.partition("#")[0]
    told = page.request.get(f"{meeting}/minutes.txt").text()
    assert re.search(r"^Aanwezig: Burgemeester, Lokale politie, .* en Scholen$", told, re.M)
    assert f"1. {DECISION} (voorzitter, 31 maart 2027) [in het actieplan]" in told
    assert "2. We komen elk kwartaal op donderdag samen\n" in told
    assert f"2. {QUESTION}\n   {NOTES}\n   Beslissing 1: {DECISION}" in told
    assert OWN_ITEM in told
    assert "Voorlopig" not in told
    pdf = page.request.get(f"{meeting}/minutes.pdf").body()
    read = assert_sound(pdf, language="nl-BE", title="LIVC-R Leuven: Najaarsoverleg")
    written = read.text(read.tree)
    for wanted in (DECISION, "31 maart 2027", NOTES, QUESTION, "op donderdag", OWN_ITEM):
        assert wanted in written
