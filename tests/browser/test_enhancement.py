"""What JavaScript adds: saving as one types, questions that come and go, one click that counts."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from evaltool.domain.evaluation import Evaluation
from evaltool.store import DatabaseFull
from evaltool.web.context import Services
from tests.browser.walking import looker
from tests.browsing import begun
from tests.conftest import LiveServer


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The overview of a new evaluation."""
    return live_server.url + begun(live_server.app.test_client())


def kept(server: LiveServer, address: str) -> Evaluation:
    held: Services = server.app.extensions["evaltool"]
    return held.evaluations.get(address.rsplit("/", 1)[-1])


def saved(page: Page) -> None:
    """Wait until it says that the last change is saved."""
    expect(page.locator("#saved")).to_have_text(re.compile("^Bewaard op"))


def test_what_is_typed_is_saved_without_a_click(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/situation/1")
    page.locator("#specific_policy-yes").check()
    page.locator("#note-specific_policy summary").click()
    page.locator("#field-note-specific_policy").fill("Vraag jan@example.be\nof een collega")
    saved(page)
    expect(page.locator("#warning-specific_policy")).to_contain_text("een e-mailadres")
    answers = kept(live_server, address).answers
    assert answers.values == {"specific_policy": "yes"}
    assert answers.notes == {"specific_policy": "Vraag jan@example.be\nof een collega"}
    page.reload()
    expect(page.locator("#specific_policy-yes")).to_be_checked()
    page.locator("#specific_policy-no").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))
    assert kept(live_server, address).answers.values == {"specific_policy": "no"}


def test_questions_appear_right_below_what_asks_for_them(page: Page, address: str) -> None:
    page.goto(f"{address}/sections/structure/1")
    tables, reasons = page.locator("#livcr_tables"), page.locator("#livcr_absence_reasons")
    expect(tables).to_be_hidden()
    expect(reasons).to_be_hidden()
    page.locator("#livcr_presence-yes_municipal").check()
    expect(tables).to_be_visible()
    expect(reasons).to_be_hidden()
    expect(page.locator("#announced")).to_have_text("Er is een vraag bijgekomen.")
    page.locator("#livcr_tables-two").check()
    page.locator("#livcr_presence-no_plans").check()
    expect(tables).to_be_hidden()
    expect(reasons).to_be_visible()
    page.locator("#livcr_presence-yes_municipal").check()
    expect(page.locator("#livcr_tables-two")).to_be_checked()


def test_an_exclusive_answer_takes_the_others_away(page: Page, address: str) -> None:
    page.goto(f"{address}/sections/profile/1")
    page.locator("#others_who_helped-mayor").check()
    page.locator("#others_who_helped-none").check()
    expect(page.locator("#others_who_helped-mayor")).not_to_be_checked()
    page.locator("#others_who_helped-mayor").check()
    expect(page.locator("#others_who_helped-none")).not_to_be_checked()
    page.locator("#others_who_helped-dont_know").check()
    expect(page.locator("#others_who_helped-mayor")).not_to_be_checked()


def test_text_at_other_is_only_there_with_other(page: Page, address: str) -> None:
    page.goto(f"{address}/sections/profile/1")
    text = page.locator("#other-respondent_function")
    expect(text).to_be_hidden()
    page.locator("#respondent_function-other").check()
    text.fill("Coördinator")
    page.locator("#respondent_function-mayor").check()
    expect(text).to_be_hidden()
    page.locator("#respondent_function-other").check()
    expect(text).to_have_value("Coördinator")


def test_without_a_connection_it_says_so_and_tries_again(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/situation/1")
    page.context.set_offline(True)
    page.locator("#specific_policy-yes").check()
    expect(page.locator("#saved")).to_contain_text("Nog niet bewaard: geen verbinding")
    assert kept(live_server, address).answers.values == {}
    page.context.set_offline(False)
    saved(page)
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}


def test_a_refused_answer_is_told_and_comes_back_with_the_focus_on_the_errors(
    page: Page, address: str, axe_source: str
) -> None:
    page.goto(f"{address}/sections/situation/1")
    page.locator("#note-specific_policy summary").click()
    page.locator("#field-note-specific_policy").fill("x" * 4001)
    expect(page.locator("#saved")).to_contain_text("Nog niet bewaard: kijk")
    page.locator("button[name=next]").click()
    expect(page.locator("#errors")).to_be_focused()
    looker(axe_source)(page)
    page.locator("#errors a").click()
    expect(page.locator("#field-note-specific_policy")).to_be_focused()
    expect(page.locator("#field-note-specific_policy")).to_have_value("x" * 4001)


def test_leaving_while_saving_is_no_conflict(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/situation/1")

    def slowly(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/situation/1", slowly)
    page.locator("#specific_policy-yes").check()
    expect(page.locator("#saved")).to_have_text("Bewaren…")
    page.locator("#polarisation_signals-no").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))
    expected = {"specific_policy": "yes", "polarisation_signals": "no"}
    assert kept(live_server, address).answers.values == expected


def test_a_link_leaves_once_what_was_typed_is_saved(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/situation/1")
    page.locator("#specific_policy-yes").check()
    page.get_by_role("link", name="Naar het overzicht").click()
    page.wait_for_url(address)
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}

    page.goto(f"{address}/sections/situation/1")
    page.locator("#note-specific_policy summary").click()
    page.locator("#field-note-specific_policy").fill("x" * 4001)
    page.get_by_role("link", name="Naar het overzicht").click()
    expect(page.locator("#saved")).to_contain_text("Nog niet bewaard: kijk")
    assert page.url.endswith("situation/1")
    page.get_by_role("link", name="Naar het overzicht").click()
    page.wait_for_url(address)


def test_a_window_that_closes_saves_what_was_typed(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/situation/1")
    page.locator("#specific_policy-yes").check()
    page.goto("about:blank")
    page.wait_for_timeout(500)
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}


def test_a_disk_that_is_full_for_a_while_is_tried_again(
    page: Page, live_server: LiveServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: Services = live_server.app.extensions["evaltool"]

    def fail(*_: object, **__: object) -> None:
        raise DatabaseFull

    page.goto(f"{address}/sections/situation/1")
    with monkeypatch.context() as broken:
        broken.setattr(held.evaluations, "save_section", fail)
        page.locator("#specific_policy-yes").check()
        expect(page.locator("#saved")).to_contain_text("geen plaats")
    saved(page)
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}


def test_the_back_button_shows_what_is_saved_and_can_be_saved_again(
    page: Page, live_server: LiveServer, address: str
) -> None:
    page.goto(f"{address}/sections/structure/1")
    page.locator("#livcr_presence-yes_municipal").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/2$"))
    page.locator("#chair-mayor").check()
    saved(page)
    page.go_back()
    page.wait_for_url(re.compile("structure/1$"))
    expect(page.locator("#livcr_presence-yes_municipal")).to_be_checked()
    page.locator("#livcr_tables-two").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/2$"))
    expect(page.locator("#chair-mayor")).to_be_checked()
    assert kept(live_server, address).answers.values["livcr_tables"] == "two"


def test_a_double_click_finishes_once(page: Page, live_server: LiveServer, address: str) -> None:
    page.goto(f"{address}/check")
    page.locator("form[action$='/finish'] button").dblclick()
    page.wait_for_url(re.compile("/results$"))
    held: Services = live_server.app.extensions["evaltool"]
    assert len(held.evaluations.snapshots(address.rsplit("/", 1)[-1])) == 1


def test_two_windows_never_overwrite_each_other(
    page: Page, chromium: Browser, live_server: LiveServer, address: str, axe_source: str
) -> None:
    other = chromium.new_context(locale="nl-BE").new_page()
    for window in (page, other):
        window.goto(f"{address}/sections/situation/1")
    other.locator("#specific_policy-no").check()
    saved(other)
    page.locator("#specific_policy-yes").check()
    expect(page.locator("#saved")).to_contain_text("ook elders bewaard")
    assert kept(live_server, address).answers.values == {"specific_policy": "no"}

    page.locator("button[name=next]").click()
    expect(page.locator("h1")).to_contain_text("intussen ook elders bewaard")
    page.get_by_role("button", name="Keuze bewaren").click()
    expect(page.locator("#errors")).to_be_focused()
    looker(axe_source)(page)
    page.get_by_label("Uw antwoord van nu").check()
    page.get_by_role("button", name="Keuze bewaren").click()
    page.wait_for_url(re.compile("structure/1$"))
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}


def test_two_windows_on_two_pages_of_a_section_do_not_meet(
    page: Page, chromium: Browser, live_server: LiveServer, address: str
) -> None:
    other = chromium.new_context(locale="nl-BE").new_page()
    other.goto(f"{address}/sections/structure/1")
    other.locator("#livcr_presence-yes_municipal").check()
    saved(other)
    page.goto(f"{address}/sections/structure/2")

    def answer(window: Page, choice: str) -> None:
        # The words that it is saved may stand there from before: wait for the answer itself.
        with window.expect_response(lambda r: r.request.method == "POST") as answered:
            window.locator(choice).check()
        assert answered.value.status == 200
        saved(window)

    answer(page, "#chair-mayor")
    answer(other, "#livcr_tables-one")
    answer(page, "#chair-police_chief")
    answer(other, "#livcr_tables-two")
    page.locator("#own_evaluation-never").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("composition/1$"))
    assert kept(live_server, address).answers.values == {
        "livcr_presence": "yes_municipal",
        "livcr_tables": "two",
        "chair": "police_chief",
        "own_evaluation": "never",
    }
    # A third one that was opened before is told what changed on its own page.
    third = chromium.new_context(locale="nl-BE").new_page()
    third.goto(f"{address}/sections/structure/1")
    answer(other, "#livcr_tables-three")
    third.locator("#livcr_tables-one").check()
    expect(third.locator("#saved")).to_contain_text("ook elders bewaard")
    assert kept(live_server, address).answers.values["livcr_tables"] == "three"


def test_a_double_click_begins_once(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/evaluations/new?name=24062")
    page.locator("#cluster-5").check()
    # Without what the script adds, as where it comes too late.
    page.evaluate(
        "() => { const form = document.querySelector('form[action$=\"/new\"][method=post]');"
        " const once = () => fetch(form.action, {method: 'POST', body: new FormData(form)});"
        " return Promise.all([once(), once(), once()]); }"
    )
    page.locator("form[action$='/new'] button[type=submit]").dblclick()
    page.wait_for_url(re.compile("/evaluations/[^/?]+$"))
    held: Services = live_server.app.extensions["evaltool"]
    assert len(held.evaluations.listing()) == 1


def test_a_server_that_is_gone_and_back_is_asked_for_a_new_token(
    page: Page, live_server: LiveServer, address: str
) -> None:
    # As after a restart with another key: the token on the page is of no use any more.
    page.goto(f"{address}/sections/situation/1")
    page.context.clear_cookies()
    page.locator("#specific_policy-no").check()
    saved(page)
    assert kept(live_server, address).answers.values == {"specific_policy": "no"}
    page.locator("#specific_policy-yes").check()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))
    assert kept(live_server, address).answers.values == {"specific_policy": "yes"}
