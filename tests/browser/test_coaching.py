"""A coach with twelve municipalities over two years, in Chromium; then one withdraws."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from evaltool.cli import main
from evaltool.cli.demo_story import chosen_ones
from evaltool.domain.accounts import Account
from evaltool.domain.municipality import Municipality
from evaltool.identity import passwords
from tests.browser.hosted import browser_of, served_town
from tests.browser.walking import follow, looker
from tests.hosting import Town
from tests.pdf_checks import assert_sound

PHONE = ViewportSize(width=390, height=844)
PRIVATE = "Eerst één kleine stap, dan de rest."
SHARED = "Breng de agenda van de laatste bijeenkomst mee."


@dataclass(frozen=True)
class Stage:
    """The demonstration, served: what the command made, and where."""

    town: Town
    url: str

    @property
    def towns(self) -> tuple[Municipality, ...]:
        """The municipalities in the order of the story."""
        return tuple(town for town, _ in chosen_ones(self.town.held.catalogue.register))

    def person(self, mailbox: str, place: int | None = None) -> Account:
        """Somebody whose account the command printed; ``place`` is that of the municipality."""
        where = "traject" if place is None else self.towns[place].nis_code
        found = self.town.held.store.accounts.by_address(f"{mailbox}@{where}.example")
        assert found is not None
        return found

    def page(self, chromium: Browser, mailbox: str, place: int | None = None, **more: Any) -> Page:
        """The first page that somebody sees who is signed in."""
        who = self.person(mailbox, place)
        page = browser_of(chromium, self.town, self.url, who, **more).new_page()
        page.goto(self.url)
        return page


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """What ``evaltool demo`` makes; passwords are hashed quickly, as nobody signs in with one."""
    monkeypatch.setattr(passwords, "hashed", lambda password: f"hash of {password}")
    folder = tmp_path / "instance"
    assert main(["demo", "--instance", str(folder)]) == 0
    with served_town(folder) as (town, url):
        # The two years of the story end now.
        town.clock.at = datetime.now(UTC)
        stage = Stage(town, url)
        town.held.store.accounts.set_second_factor(stage.person("coach").id, "sealed", ())
        yield stage


MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"),
    *("september", "oktober", "november", "december"),
)


def day_of(text: str) -> date:
    """The day at the end of a heading."""
    day, month, year = text.split()[-3:]
    return date(int(year), MONTHS.index(month) + 1, int(day))


def names(page: Page) -> list[str]:
    """The municipalities of the table, from top to bottom."""
    return page.locator("main tbody th a").all_inner_texts()


def test_a_coach_over_two_years_until_a_municipality_withdraws(
    chromium: Browser, stage: Stage, axe_source: str
) -> None:
    look = looker(axe_source)
    town_0 = stage.towns[0]
    page = stage.page(chromium, "coach")

    follow(page.get_by_role("link", name="Trajecten", exact=True))
    look(page)
    every = names(page)
    assert len(every) == 12
    assert every == sorted(every)

    # Sorted up, and down with the same link.
    for direction in ("ascending", "descending"):
        follow(page.get_by_role("link", name="sorteer op Structuur"))
        expect(page.locator(f"th[aria-sort={direction}]")).to_have_count(1)
    cells = page.locator("main tbody tr td:nth-child(3)").all_inner_texts()
    numbers = [int(cell[0]) for cell in cells]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]

    filters = page.get_by_role("navigation", name="Filters")
    follow(filters.get_by_role("link", name="bezig (2)"))
    assert len(names(page)) == 2
    look(page)
    follow(page.get_by_role("link", name="Alle gemeenten tonen"))

    follow(page.get_by_role("link", name="Warmtekaart"))
    look(page)
    expect(page.locator("table.map td")).to_have_count(48)
    expect(page.locator("table.map td").first).to_contain_text(re.compile("[1-4] [a-z]+"))

    follow(page.get_by_role("link", name=town_0.name, exact=True))
    look(page)
    _, *dates = page.locator("table.measured thead th").all_inner_texts()
    first, last = (day_of(text) for text in dates)
    assert first < last
    assert (last - first).days > 365
    structure = page.locator("table.measured tbody tr", has_text="Structuur").locator("td")
    assert structure.all_inner_texts() == ["1 te starten", "3 uitgebouwd"]
    for text, choice in ((PRIVATE, "Alleen ik"), (SHARED, "Ik en de gemeente")):
        page.get_by_text("Een notitie schrijven").click()
        page.get_by_label("Notitie", exact=True).fill(text)
        page.get_by_role("radio", name=choice).check()
        look(page)
        page.locator("form[action$='/notes'] button").click()
        expect(page.get_by_role("status").first).to_contain_text("bewaard")
    page.get_by_text("Een sessie opschrijven").click()
    page.get_by_label("Datum van de sessie").fill("12/11/2026")
    page.get_by_label("Wat spraken we af?").fill("Twee vaste data per jaar.")
    page.locator("form[action$='/sessions'] button").click()
    expect(page.locator(".entries").first).to_contain_text("12 november 2026")
    expect(page.locator("li", has_text=PRIVATE)).to_contain_text("alleen voor u")
    expect(page.locator("li", has_text=SHARED)).to_contain_text("gedeeld met de gemeente")

    follow(page.get_by_role("link", name="Naar alle trajecten"))
    follow(page.get_by_role("link", name="Wat de groep deelt"))
    look(page)
    expect(page.locator(".asks li").first).to_contain_text(re.compile(r"\d+ van 12"))
    assert not any(name in page.locator("main").inner_text() for name in every)
    follow(page.get_by_role("link", name="Naar alle trajecten"))

    follow(page.get_by_role("link", name="Rapport over het traject"))
    look(page)
    form = page.locator("form[action$='/report.pdf']")
    boxes = form.locator("input").evaluate_all("all => all.map(box => box.value)")
    assert len(boxes) == 12
    asked = "&".join(f"municipality={code}" for code in boxes)
    pdf = page.request.get(f"{page.url}.pdf?{asked}").body()
    title = "Begeleidingstraject LIVC-R: waar de gemeenten staan"
    held = assert_sound(pdf, language="nl-BE", title=title)
    said = held.text(held.tree)
    hidden = [town.name for place, town in enumerate(stage.towns) if place in (3, 8)]
    assert "gemeente B" in said
    assert town_0.name in said
    assert not any(name in said for name in hidden)
    with page.expect_download() as download:
        page.get_by_role("button", name="Gegevens als Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book.worksheets[0].max_row == 13

    the_municipality_reads_along_and_withdraws(chromium, stage, axe_source)

    page.goto(f"{stage.url}/coaching")
    assert sorted(names(page)) == sorted(set(every) - {town_0.name})
    gone = page.goto(f"{stage.url}/coaching/{town_0.nis_code}")
    assert gone is not None
    assert gone.status == 404
    page.goto(f"{stage.url}/coaching")
    follow(page.get_by_role("link", name="Uw notities over gemeenten"))
    look(page)
    follow(page.get_by_role("link", name=f"Verwijderen – {town_0.name}"))
    look(page)
    follow(page.get_by_role("button", name="Ja, verwijderen"))
    expect(page.get_by_text("Er zijn er geen.")).to_be_visible()


def the_municipality_reads_along_and_withdraws(
    chromium: Browser, stage: Stage, axe_source: str
) -> None:
    """The officer reads what is shared, and nothing else; then the coach is no longer let in."""
    look = looker(axe_source)
    page = stage.page(chromium, "preventie", 0)
    follow(page.get_by_role("link", name="Onze gemeente"))
    follow(page.get_by_role("link", name="Begeleiding"))
    look(page)
    main = page.locator("main")
    expect(main).to_contain_text(SHARED)
    expect(main).to_contain_text("12 november 2026")
    assert PRIVATE not in main.inner_text()
    follow(page.get_by_role("link", name="Naar onze gemeente"))
    follow(page.get_by_role("link", name="Coaches"))
    look(page)
    follow(page.get_by_role("button", name="Onze naam niet meer laten noemen"))
    expect(main).to_contain_text("Noemt onze naam niet")
    follow(page.get_by_role("button", name="Niet langer toelaten"))
    expect(main).to_contain_text("Geen coach leest mee")


def test_the_pages_of_a_coach_on_a_phone(chromium: Browser, stage: Stage, axe_source: str) -> None:
    look = looker(axe_source)
    page = stage.page(chromium, "coach", viewport=PHONE, has_touch=True)
    code = stage.towns[1].nis_code
    for path in ("", "?view=map", "/group", "/report", f"/{code}", "/kept"):
        page.goto(f"{stage.url}/coaching{path}")
        look(page)


def test_everything_is_reached_without_script(chromium: Browser, stage: Stage) -> None:
    page = stage.page(chromium, "coach", java_script_enabled=False)
    page.goto(f"{stage.url}/coaching")
    filters = page.get_by_role("navigation", name="Filters")
    follow(filters.get_by_role("link", name=re.compile("reactiveren")))
    assert 0 < len(names(page)) < 12
    follow(page.locator("main tbody th a").first)
    page.get_by_text("Een notitie schrijven").click()
    page.get_by_label("Notitie", exact=True).fill(PRIVATE)
    follow(page.locator("form[action$='/notes'] button"))
    expect(page.locator("li", has_text=PRIVATE)).to_contain_text("alleen voor u")


def test_a_meeting_a_police_zone_and_carried_answers_are_there_to_look_at(
    chromium: Browser, stage: Stage, axe_source: str
) -> None:
    look = looker(axe_source)
    chair = stage.page(chromium, "voorzitter", 0)
    evaluations = stage.town.held.evaluations
    last = {place: evaluations.listing([stage.towns[place].nis_code])[0].id for place in (0, 1, 6)}
    chair.goto(f"{stage.url}/evaluations/{last[0]}/meetings")
    look(chair)
    follow(chair.get_by_role("link", name="Bijeenkomst LIVC-R", exact=True))
    look(chair)
    decided = "Schrijf op één blad wat we al samen doen"
    expect(chair.locator(".decided").first).to_contain_text(decided)
    name = stage.towns[0].name
    pdf = chair.request.get(f"{chair.url}/minutes.pdf").body()
    read = assert_sound(pdf, language="nl-BE", title=f"LIVC-R {name}: Bijeenkomst LIVC-R", places=0)
    assert decided in read.text(read.tree)

    officer = stage.page(chromium, "preventie", 1)
    officer.goto(f"{stage.url}/evaluations/{last[1]}/results")
    look(officer)
    expect(officer.locator("main")).to_contain_text("Landen")
    expect(officer.locator("main")).to_contain_text("Tienen")

    officer = stage.page(chromium, "preventie", 6)
    officer.goto(f"{stage.url}/evaluations/{last[6]}")
    look(officer)
    expect(officer.locator("main")).to_contain_text("U begon met de antwoorden van")
    expect(officer.locator("main")).to_contain_text("zijn nog niet nagekeken")
