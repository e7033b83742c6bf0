"""The whole walk, by different municipalities, hands and screens."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from evaltool.catalogue import Catalogue
from evaltool.domain.answers import Answers
from tests.browser.walking import SECTION, Walker, follow, looker, on_small_screens
from tests.conftest import LiveServer
from tests.factories import all_answers, some_answers

RURAL = some_answers(
    respondent_function="mayor",
    radicalisation_signals="none",
    polarisation_signals="no",
    specific_policy="no",
    livcr_presence="yes_police_zone",
    livcr_tables="one",
    meeting_frequency="on_case_only",
    last_meeting="longer_ago",
    livcr_members=("mayor", "local_police"),
    statutory_members=("mayor", "police_chief", "prevention_official"),
    information_agreement="none",
    livcr_difficulties=("few_cases",),
    challenges=("none",),
    most_pressing=("livcr_difficulties:few_cases",),
)
WITHOUT = some_answers(
    livcr_presence="no_plans",
    livcr_absence_reasons=("no_signals", "no_capacity"),
    support_needs=("helpdesk",),
    most_pressing=("support_needs:helpdesk",),
    notes={"livcr_presence": "Misschien volgend jaar."},
)


@pytest.fixture
def walker(page: Page, live_server: LiveServer, catalogue: Catalogue, axe_source: str) -> Walker:
    return Walker(page, live_server.url, catalogue.questionnaire, looker(axe_source))


def fill_in(walker: Walker, answers: Answers) -> None:
    """Everything but the deepening, from the overview to the page of all answers."""
    follow(walker.page.locator(".road a.button").first)
    walker.answer_all(answers)
    assert walker.page.url.endswith("/check")


def test_a_centre_municipality_with_everything(walker: Walker, catalogue: Catalogue) -> None:
    answers = all_answers(catalogue.questionnaire)
    overview = walker.begin("leuven")
    fill_in(walker, answers)
    follow(walker.page.get_by_role("link", name="Naar de verdieping"))
    walker.answer_all(answers)
    sections = catalogue.questionnaire.sections
    assert walker.seen == [f"{s.id}/{n}" for s in sections for n in range(1, len(s.pages) + 1)]
    expect(walker.page.get_by_text("Alle vragen zijn beantwoord.")).to_be_visible()

    walker.page.goto(overview)
    walker.look(walker.page)
    for number in range(len(sections)):
        walker.page.goto(overview)
        follow(walker.page.get_by_role("link", name="Vergelijk met de bevraging").nth(number))
        walker.look(walker.page)

    walker.page.goto(f"{overview}/check")
    walker.finish()
    text = walker.page.locator("main").inner_text()
    for note in answers.notes:
        if note != "livcr_absence_reasons":
            assert f"Toelichting bij {note}." in text
    pdf = walker.page.request.get(f"{overview}/report.pdf")
    assert pdf.body().startswith(b"%PDF-")
    walker.page.goto(overview)
    walker.look(walker.page)
    follow(walker.page.get_by_role("button", name="Heropenen"))
    walker.look(walker.page)
    walker.page.goto(f"{overview}/details")
    walker.look(walker.page)
    walker.page.goto(f"{overview}/delete")
    walker.look(walker.page)
    follow(walker.page.get_by_role("button", name="Ja, verwijderen"))
    expect(walker.page.get_by_text("is verwijderd")).to_be_visible()
    walker.page.goto(overview)
    walker.look(walker.page)


def test_a_rural_municipality_in_a_police_zone(walker: Walker) -> None:
    overview = walker.begin("Galmaarden", cluster=2)
    fill_in(walker, RURAL)
    assert "information_sharing/1" in walker.seen
    walker.page.goto(overview)
    expect(walker.page.locator(".state.done")).to_have_count(6)
    walker.page.goto(f"{overview}/check")
    walker.finish()
    expect(walker.page.locator("h1")).to_contain_text("Pajottegem")
    expect(walker.page.locator("section.legal")).to_have_class(re.compile("met"))


def test_no_livcr_and_no_plans(walker: Walker) -> None:
    overview = walker.begin("Aalter", cluster=2)
    fill_in(walker, WITHOUT)
    assert not [page for page in walker.seen if page.startswith("information_sharing")]
    walker.page.goto(f"{overview}/check")
    walker.finish()
    expect(walker.page.locator("section.legal")).to_have_class(re.compile("not_met"))
    assert "Misschien volgend jaar." in walker.page.locator("main").inner_text()


def test_in_english(walker: Walker, catalogue: Catalogue) -> None:
    dutch = {
        text.nl
        for text in catalogue.texts.values()
        if len(text.nl) > 15 and "{" not in text.nl and text.nl != text.en
    }
    look = walker.look

    def no_dutch(page: Page) -> None:
        look(page)
        assert page.locator("html").get_attribute("lang") == "en"
        shown = page.locator("body").inner_text()
        assert [sentence for sentence in dutch if sentence in shown] == [], page.url

    walker.page.goto(f"{walker.url}/?lang=en")
    walker.look = no_dutch
    overview = walker.begin("Oostende")
    fill_in(walker, RURAL)
    walker.finish()
    walker.page.goto(f"{overview}/sections/structure/comparison")
    no_dutch(walker.page)


def test_without_javascript(
    chromium: Browser, live_server: LiveServer, catalogue: Catalogue
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-BE")
    page = context.new_page()
    walker = Walker(page, live_server.url, catalogue.questionnaire)
    overview = walker.begin("beernem")
    page.goto(f"{overview}/sections/structure/1")
    expect(page.locator("#livcr_absence_reasons")).to_be_visible()
    expect(page.locator(".condition").first).to_contain_text("Alleen te beantwoorden")
    page.goto(overview)
    fill_in(walker, all_answers(catalogue.questionnaire))

    page.goto(f"{overview}/sections/composition/2")
    page.locator("#statutory_members-none").check()
    follow(page.locator("button[name=next]"))
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#statutory_members-mayor")).to_be_checked()
    page.locator("#errors a").click()
    expect(page.locator("fieldset#statutory_members")).to_be_focused()
    page.goto(f"{overview}/check")
    walker.finish()


def test_on_a_phone(
    chromium: Browser, live_server: LiveServer, catalogue: Catalogue, axe_source: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="nl-BE"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    look = on_small_screens(looker(axe_source))
    walker = Walker(page, live_server.url, catalogue.questionnaire, look)
    walker.begin("Sint-Niklaas", cluster=5)
    fill_in(walker, RURAL)
    walker.finish()


class Keyboard:
    """Reaches things with the Tab key alone, and sees where it is."""

    VISIBLE = (
        "() => { const e = document.activeElement;"
        " const seen = x => { const s = x && getComputedStyle(x);"
        " return s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };"
        " return seen(e) || seen(e.closest('label')); }"
    )

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> None:
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                assert self.page.evaluate(self.VISIBLE), f"no visible focus on {selector}"
                return
        pytest.fail(f"{selector} cannot be reached with the keyboard on {self.page.url}")

    def press(self, selector: str, key: str = "Enter") -> None:
        self.to(selector)
        self.page.keyboard.press(key)

    def go(self, selector: str) -> None:
        here = self.page.url
        self.press(selector)
        self.page.wait_for_url(lambda url: url != here)

    def radio(self, question: str, code: str) -> None:
        self.to(f"input[name='{question}']")
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.page.locator(f"#{question}-{code}").is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{code} cannot be chosen with the arrow keys")


def test_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    keys = Keyboard(page)
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    keys.go("a.button")
    keys.to("#name")
    page.keyboard.type("Lubbeek")
    page.keyboard.press("Escape")  # the list of suggestions
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("name=Lubbeek"))
    keys.radio("cluster", "2")
    keys.go("button[type=submit]")
    overview = page.url
    keys.go(".road a.button")

    keys.radio("respondent_function", "prevention")
    keys.press("#others_who_helped-none", "Space")
    keys.go("button[name=next]")
    keys.radio("radicalisation_signals", "none")
    keys.radio("polarisation_signals", "no")
    keys.press("#note-polarisation_signals summary")
    keys.to("#field-note-polarisation_signals")
    page.keyboard.type("Getypt zonder muis.")
    keys.radio("specific_policy", "no")
    keys.go("button[name=next]")
    keys.radio("livcr_presence", "no_plans")
    keys.press("#livcr_absence_reasons-no_need", "Space")
    keys.go("button[name=next]")
    while SECTION.search(page.url):
        keys.go("button[name=next]")
    expect(page.locator("main")).to_contain_text("Getypt zonder muis.")
    keys.go("form[action$='/finish'] button")
    assert page.url == f"{overview}/results"
    keys.to("summary")
    page.keyboard.press("Enter")


def test_an_empty_evaluation_can_be_finished(walker: Walker) -> None:
    walker.begin("Gent")
    walker.page.goto(f"{walker.page.url}/check")
    walker.look(walker.page)
    walker.finish()
