"""Numbers over all municipalities, a list, corrected details and a log, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from evaltool.domain.access import Role
from tests.browser.hosted import browser_of, served_town
from tests.browser.walking import looker
from tests.coached import ASLEEP, AWAKE, finished
from tests.hosting import OWN


@pytest.mark.parametrize("width", [1200, 390])
def test_an_administrator_and_an_officer_look_after_their_own(
    chromium: Browser, tmp_path: Path, axe_source: str, width: int
) -> None:
    look = looker(axe_source)
    with served_town(tmp_path) as (town, url):
        codes = sorted(town.held.catalogue.register.municipalities)[:6]
        for number, code in enumerate(codes):
            finished(town, code, AWAKE if number % 2 else ASLEEP)
        chair = town.person(Role.CHAIR)
        finished(town, OWN, AWAKE)
        size = {"width": width, "height": 900}
        administrator = town.person(Role.ADMINISTRATOR, second_factor="sealed")
        page = browser_of(chromium, town, url, administrator, viewport=size).new_page()
        page.goto(f"{url}/admin/aggregates")
        expect(page.get_by_text("3 van 7").first).to_be_visible()
        look(page)

        page.get_by_role("link", name="Clusters").click()
        look(page)
        with page.expect_download() as taken:
            page.get_by_role("link", name="Wat nu geldt voor elke gemeente").click()
        changed = taken.value.path().read_text().replace(f"{OWN},5", f"{OWN},4")
        lists = [{"name": "l.csv", "mimeType": "text/csv", "buffer": changed.encode()}]
        page.locator("#file").set_input_files(files=lists)  # type: ignore[arg-type]
        page.get_by_role("button", name="Bekijk wat er verandert").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("4 Agglomeratiegemeenten, uit de lijst")
        look(page)

        page.goto(f"{url}/admin/accounts/{chair.id}")
        page.get_by_role("link", name="Naam, rol of e-mailadres verbeteren").click()
        page.locator("#name").fill("Bo Claes")
        page.locator("#role").select_option("officer")
        look(page)
        page.get_by_role("button", name="Bewaren").click()
        expect(page.locator("h1")).to_have_text("Bo Claes")

        officer = town.held.store.accounts.get(chair.id)
        page = browser_of(chromium, town, url, officer, viewport=size).new_page()
        page.goto(f"{url}/municipality/log")
        expect(page.get_by_text("gaf iemand een andere rol: Bo Claes")).to_be_visible()
        look(page)
        page.get_by_role("link", name="meegenomen documenten en gegevens").click()
        expect(page.get_by_text("Hiervan staat niets in het logboek.")).to_be_visible()
        look(page)
