"""A form without a connection stays where it is, and text that was not sent is not left unasked."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, Request, Route, expect

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account
from evaltool.domain.plan import Action
from tests.browser.hosted import browser_of
from tests.browser.walking import follow, looker
from tests.coached import ASLEEP, finished, let_in
from tests.conftest import listen, served
from tests.factories import some_answers
from tests.hosting import OWN, PASSWORD, Town, a_town
from tests.test_consensus import three_views

TEXT = "Wat nergens anders staat."
OFFLINE = re.compile("^Er is geen verbinding, dus er is niets verstuurd")
ONLINE = "Er is weer verbinding. Druk nu opnieuw op de knop."


class Hosted:
    """A hosted tool that can be stopped, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._towns: list[Town] = []
        self._running = ExitStack()
        self.url = ""
        self.start()

    @property
    def town(self) -> Town:
        """What is served."""
        return self._towns[0]

    def start(self) -> None:
        """Begin to answer."""
        port = urlsplit(self.url).port or 0
        self.url = self._running.enter_context(served(self._app, port)).url

    def stop(self) -> None:
        """Answer nobody any more."""
        self._running.close()

    def _app(self, url: str) -> Flask:
        if not self._towns:
            self._towns.append(a_town(self._folder, public_url=url, proxies=0))
        return self.town.app


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    made = Hosted(tmp_path)
    yield made
    made.stop()
    made.town.held.store.close()


def stay_when_asked(page: Page, asked: list[str]) -> None:
    """Answer to stay, and add to ``asked`` what kind of question the browser put."""

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)


@dataclass
class Desk:
    """Somebody at a page with a form: what she types, the button, and what was kept of it.

    ``sent`` gathers the forms that left the browser, ``asked`` the kinds of questions that the
    browser put; each time the answer is to stay.
    """

    page: Page
    typed: Mapping[str, str]
    button: str
    kept: Callable[[], list[str]]

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self.asked: list[str] = []

        def note(request: Request) -> None:
            if request.method == "POST":
                self.sent.append(urlsplit(request.url).path)

        self.page.on("request", note)
        stay_when_asked(self.page, self.asked)

    def type(self) -> None:
        """Type, and choose where there is something to choose."""
        for selector, text in self.typed.items():
            field = self.page.locator(selector)
            if text:
                field.fill(text)
            else:
                field.check()

    def press(self) -> None:
        """Press the button."""
        self.page.get_by_role("main").get_by_role("button", name=self.button, exact=True).click()

    def still_there(self) -> None:
        """What was typed stands on the page."""
        for selector, text in self.typed.items():
            field = self.page.locator(selector)
            if text:
                expect(field).to_have_value(text)
            else:
                expect(field).to_be_checked()


Seat = Callable[[Hosted, Callable[[Account], Page]], Desk]


def in_the_room(hosted: Hosted, page_of: Callable[[Account], Page]) -> Desk:
    """A chair with notes on an item."""
    town = hosted.town
    evaluation = finished(town, OWN, ASLEEP)
    page = page_of(town.person(Role.CHAIR))
    page.goto(f"{hosted.url}/evaluations/{evaluation.id}/meetings")
    page.locator("#day").fill("3/12/2026")
    for button in ("Maak een voorstel voor de agenda", "Begin de bijeenkomst", "Volgende"):
        follow(page.get_by_role("button", name=button))

    def kept() -> list[str]:
        (meeting,) = town.held.store.meetings.of(evaluation.id)
        return [item.notes for item in meeting.items if item.notes]

    return Desk(page, {"#notes": TEXT}, "Bewaar de notities", kept)


def at_an_action(hosted: Hosted, page_of: Callable[[Account], Page]) -> Desk:
    """An officer who says more about an action of the plan."""
    town = hosted.town
    evaluation = finished(town, OWN, ASLEEP)
    action = town.held.store.plans.add(evaluation.id, Action("Bel de buren"), at=town.clock.at)
    page = page_of(town.person(Role.OFFICER))
    page.goto(f"{hosted.url}/evaluations/{evaluation.id}/plan/{action.id}")

    def kept() -> list[str]:
        plan = town.held.store.plans.of(evaluation.id)
        return [planned.action.remark for planned in plan if planned.action.remark]

    return Desk(page, {"#owner": "preventiedienst", "#remark": TEXT}, "Bewaren", kept)


def at_a_note(hosted: Hosted, page_of: Callable[[Account], Page]) -> Desk:
    """A coach who writes a note on a municipality."""
    town = hosted.town
    coach = town.person(Role.COACH, second_factor="sealed")
    let_in(town, coach, OWN)
    finished(town, OWN, ASLEEP)
    page = page_of(coach)
    page.goto(f"{hosted.url}/coaching/{OWN}")
    page.get_by_text("Een notitie schrijven").click()

    def kept() -> list[str]:
        return [entry.text for entry in town.held.store.coaching.of(OWN, coach.id)]

    return Desk(page, {"#note-text": TEXT, "#shared-yes": ""}, "Bewaren", kept)


def at_a_common_answer(hosted: Hosted, page_of: Callable[[Account], Page]) -> Desk:
    """An officer who chooses the common answer, and says why."""
    town = hosted.town
    evaluation = town.evaluation(answers=some_answers(livcr_presence="yes_municipal"))
    three_views(town, evaluation, "quarterly", "yearly", "never")
    page = page_of(town.person(Role.OFFICER))
    page.goto(f"{hosted.url}/evaluations/{evaluation.id}/views/meeting_frequency")
    typed = {"#meeting_frequency-yearly": "", "#reason": TEXT}

    def kept() -> list[str]:
        return list(town.held.store.consensus.reasons(evaluation.id).values())

    return Desk(page, typed, "Bewaar het gezamenlijke antwoord", kept)


@pytest.fixture
def page_of(hosted: Hosted, chromium: Browser) -> Iterator[Callable[[Account], Page]]:
    """Opens the browser of somebody; fails on what its console complains of."""
    complaints: list[str] = []

    def opened(who: Account) -> Page:
        page = browser_of(chromium, hosted.town, hosted.url, who).new_page()
        listen(page, complaints)
        return page

    yield opened
    assert complaints == []


@pytest.mark.parametrize("seat", [in_the_room, at_an_action, at_a_note, at_a_common_answer])
def test_a_form_stays_until_the_server_is_back_and_goes_once(
    hosted: Hosted, page_of: Callable[[Account], Page], axe_source: str, seat: Seat
) -> None:
    desk = seat(hosted, page_of)
    page, told = desk.page, desk.page.locator("main > [role=alert]")
    where = page.url
    desk.type()
    hosted.stop()
    for _ in range(2):
        desk.press()
        expect(told).to_have_text(OFFLINE)
        desk.still_there()
    assert (page.url, desk.sent, desk.kept()) == (where, [], [])
    looker(axe_source)(page)

    # Nothing goes by itself, and what leaves the page asks first.
    hosted.start()
    expect(told).to_have_text(ONLINE, timeout=30_000)
    looker(axe_source)(page)
    page.evaluate("() => { setTimeout(() => location.reload()); }")
    page.wait_for_timeout(500)
    assert desk.asked == ["beforeunload"]
    desk.still_there()
    assert (desk.sent, desk.kept()) == ([], [])

    with page.expect_navigation():
        desk.press()
    expect(told).to_have_count(0)
    assert desk.kept() == [TEXT]
    assert len(desk.sent) == 1
    # What was sent is left without a question.
    with page.expect_navigation():
        page.reload()
    page.close(run_before_unload=True)
    assert desk.asked == ["beforeunload"]


@pytest.fixture
def desk(hosted: Hosted, page_of: Callable[[Account], Page]) -> Desk:
    """An officer at an action of the plan."""
    return at_an_action(hosted, page_of)


def test_pressing_again_while_it_is_asked_whether_the_server_is_there_sends_once(
    desk: Desk,
) -> None:
    probes: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "HEAD":
            probes.append(route)
        else:
            route.continue_()

    desk.page.route("**/static/evaltool.js*", hold)
    desk.type()
    for _ in range(3):
        desk.press()
    # The key Enter in a field is a press as well.
    desk.page.locator("#owner").press("Enter")
    desk.page.wait_for_timeout(300)
    assert len(probes) == 1
    assert desk.sent == []
    with desk.page.expect_navigation():
        probes[0].continue_()
    desk.page.wait_for_timeout(300)
    assert len(desk.sent) == 1
    assert desk.kept() == [TEXT]


def test_a_proxy_that_answers_in_place_of_the_server_is_no_connection(desk: Desk) -> None:
    desk.type()
    desk.page.route("**/static/evaltool.js*", lambda route: route.fulfill(status=502))
    desk.press()
    expect(desk.page.locator("main > [role=alert]")).to_have_text(OFFLINE)
    desk.still_there()
    assert desk.sent == []


def test_a_server_that_takes_the_question_and_says_nothing_is_no_connection(desk: Desk) -> None:
    desk.type()
    desk.page.route("**/static/evaltool.js*", lambda _: None)
    desk.press()
    told = desk.page.locator("main > [role=alert]")
    expect(told).to_have_text(OFFLINE, timeout=20_000)
    desk.still_there()
    assert desk.sent == []


def test_a_browser_that_thinks_it_has_no_network_still_reaches_the_tool(desk: Desk) -> None:
    # As on a laptop without any network, where the tool itself runs.
    desk.page.evaluate(
        "Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false })"
    )
    desk.type()
    with desk.page.expect_navigation():
        desk.press()
    assert desk.kept() == [TEXT]


def leave(page: Page) -> None:
    """Follow the link of the header, and give the browser the time to ask."""
    page.locator(".brand").click(no_wait_after=True)
    page.wait_for_timeout(500)


def test_a_link_asks_where_text_was_typed_and_not_where_it_is_as_it_came(desk: Desk) -> None:
    where = desk.page.url
    desk.type()
    leave(desk.page)
    assert desk.asked == ["beforeunload"]
    assert desk.page.url == where
    desk.still_there()
    for selector in desk.typed:
        desk.page.locator(selector).fill("")
    leave(desk.page)
    expect(desk.page.locator("h1")).to_have_text("Hoe werkt uw LIVC-R?")
    assert desk.asked == ["beforeunload"]


def test_the_button_of_another_form_asks_for_what_was_typed_in_this_one(
    desk: Desk, hosted: Hosted
) -> None:
    desk.type()
    out = desk.page.get_by_role("button", name="Afmelden")
    out.click(no_wait_after=True)
    desk.page.wait_for_timeout(500)
    assert desk.asked == ["beforeunload"]
    desk.still_there()
    # Who stayed sends it after all, and is not asked.
    with desk.page.expect_navigation():
        desk.press()
    assert desk.kept() == [TEXT]
    assert desk.asked == ["beforeunload"]


def test_who_stays_for_another_form_has_sent_neither(
    hosted: Hosted, page_of: Callable[[Account], Page]
) -> None:
    desk = at_a_note(hosted, page_of)
    desk.type()
    session = desk.page.locator("#session-text")
    desk.page.get_by_text("Een sessie opschrijven").click()
    session.fill("Twee vaste data per jaar.")
    desk.page.locator("form[action$='/notes'] button").click(no_wait_after=True)
    desk.page.wait_for_timeout(500)
    assert (desk.asked, desk.kept()) == (["beforeunload"], [])
    session.fill("")
    leave(desk.page)
    assert desk.asked == ["beforeunload"] * 2
    desk.still_there()


def test_what_is_typed_after_a_page_was_sent_and_stayed_is_asked_for(desk: Desk) -> None:
    # As where somebody stops the browser before the next page is there.
    desk.page.route("**/plan/*", lambda route: route.fulfill(status=204))
    desk.type()
    desk.press()
    desk.page.wait_for_timeout(500)
    assert len(desk.sent) == 1
    desk.page.locator("#title").fill("Bel de buren, en de school")
    leave(desk.page)
    assert desk.asked == ["beforeunload"]
    desk.still_there()


def test_a_password_stays_in_its_field_without_a_connection_and_is_left_unasked(
    hosted: Hosted, chromium: Browser
) -> None:
    who = hosted.town.person(Role.OFFICER, address="an@leuven.example")
    page = chromium.new_context(locale="nl-BE").new_page()
    page.set_default_timeout(10_000)
    asked: list[str] = []
    stay_when_asked(page, asked)
    page.goto(f"{hosted.url}/sign-in")
    page.locator("#address").fill(who.address)
    page.locator("#password").fill(PASSWORD)
    hosted.stop()
    button = page.get_by_role("main").get_by_role("button", name="Aanmelden")
    button.click()
    expect(page.locator("main > [role=alert]")).to_have_text(OFFLINE)
    expect(page.locator("#password")).to_have_value(PASSWORD)
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    hosted.start()
    page.reload()
    expect(page.locator("#password")).to_have_value("")
    assert asked == []
