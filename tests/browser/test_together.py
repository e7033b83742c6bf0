"""Four members of the LIVC-R differ, and the chair takes that to a meeting and its minutes."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from evaltool.domain.access import Role
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import View
from tests.browser.hosted import browser_of, served_town
from tests.browser.walking import follow, looker

MEMBERS = {
    "mayor": "quarterly",
    "local_police": "quarterly",
    "social_service": "yearly",
    "schools": "never",
}
"""Who is asked, and how often each of them says that the LIVC-R meets."""
QUESTION = "Hoe vaak komt de LIVC-R samen?"


def give_view(page: Page, url: str, frequency: str) -> None:
    """A member answers what she was asked about, and finishes."""
    page.goto(url)
    follow(page.get_by_role("link", name=re.compile("Verdergaan|Ga verder|Verder")).first)
    expect(page.locator("main")).to_contain_text("anoniem is dit niet")
    page.goto(f"{page.url}/sections/structure/2")
    page.locator(f"#meeting_frequency-{frequency}").check()
    page.locator("#chair-mayor").check()
    follow(page.locator("button[name=later]"))
    page.goto(f"{page.url.partition('?')[0]}/check")
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
        for discipline, frequency in MEMBERS.items():
            who = town.person(Role.CONTRIBUTOR)
            town.evaluation(
                view=View(evaluation.id, who.id, discipline, frozenset({"structure"})),
                answers=Answers({"livcr_presence": "yes_municipal"}, {}, {}),
            )
            give_view(browser_of(chromium, town, url, who).new_page(), url, frequency)

        page = browser_of(chromium, town, url, town.person(Role.CHAIR)).new_page()
        page.goto(address)
        follow(page.get_by_role("link", name="Waar zien we het verschillend?"))
        expect(page.locator("main")).to_contain_text("4 van 4 gevraagde leden zijn klaar")
        first = page.locator(".difference").first
        expect(first).to_contain_text(QUESTION)
        expect(first).to_contain_text("Scholen")
        look(page)

        # What they differ on is proposed for the agenda.
        page.goto(f"{address}/meetings")
        page.locator("#day").fill("3/12/2026")
        follow(page.get_by_role("button", name="Maak een voorstel van agenda"))
        expect(page.locator(".agenda")).to_contain_text(QUESTION)
        look(page)
        follow(page.get_by_role("button", name="Begin de bijeenkomst"))
        while QUESTION not in page.locator("h1").inner_text():
            follow(page.get_by_role("link", name="Volgende"))
        look(page)
        page.locator("#text").fill("Vanaf nu komt de LIVC-R elk kwartaal samen")
        page.locator("#owner").fill("voorzitter")
        page.locator("#due").fill("31/3/2027")
        follow(page.get_by_role("button", name="Noteer de beslissing"))
        while page.get_by_role("link", name="Volgende").count():
            follow(page.get_by_role("link", name="Volgende"))
        follow(page.get_by_role("link", name="Naar het afsluiten"))
        follow(page.get_by_role("button", name="Sluit de bijeenkomst af"))
        look(page)
        meeting = page.url.partition("#")[0]
        told = page.request.get(f"{meeting}/minutes.txt").text()
        assert "Vanaf nu komt de LIVC-R elk kwartaal samen (voorzitter, 31 maart 2027)" in told
        assert page.request.get(f"{meeting}/minutes.pdf").body().startswith(b"%PDF-")

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
