"""People of every role on one hosted tool, in browsers: getting in, working, leaving."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evaltool.domain.access import Role
from evaltool.domain.accounts import Account, LinkPurpose
from evaltool.identity.second_factor import code_at
from evaltool.identity.tokens import digest, link_with, new_token
from tests.browser.crowd import Crowd
from tests.browser.hosted import served_town
from tests.browser.walking import follow, looker, on_small_screens
from tests.hosting import OWN, PASSWORD, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with served_town(tmp_path) as (town, _):
        yield town


@pytest.fixture
def crowd(chromium: Browser, town: Town) -> Iterator[Crowd]:
    """A crowd whose pages are not looked at; it fails on what their consoles complain of."""
    made = Crowd(chromium, address_of(town))
    yield made
    assert made.complaints == []


def address_of(town: Town) -> str:
    assert town.held.hosted is not None
    return town.held.hosted.public_url


class Walk:
    """Everybody from the first administrator on, each in a browser of their own."""

    def __init__(self, town: Town, crowd: Crowd) -> None:
        self.town, self.crowd = town, crowd

    def accept(self, link: str) -> Page:
        """Follow a link in a new browser and choose a password."""
        page = self.crowd.newcomer()
        self.crowd.follow_link(page, link)
        expect(page.locator("h1")).to_have_text("Welkom: kies een wachtwoord")
        self.crowd.send(page, "Wachtwoord bewaren", password=PASSWORD, again=PASSWORD)
        return page

    def enrol(self, page: Page) -> str:
        """Set up the second factor that the page asks for; its secret."""
        expect(page.locator(".scan svg")).to_be_visible()
        secret = page.locator(".secret").inner_text().replace(" ", "")
        self.crowd.send(page, "Klaar, zet het slot aan", code=code_at(secret, self.town.clock.at))
        expect(page.locator(".codes li")).to_have_count(10)
        self.crowd.press(page, "Ik heb ze bewaard")
        return secret

    def invite(self, page: Page, name: str, address: str, role: str, place: str = "") -> str:
        """Fill in who is invited on the page where that is asked; the link."""
        page.locator("#name").fill(name)
        page.locator("#address").fill(address)
        page.locator("#role" if page.locator("#role").count() else "#discipline").select_option(
            role
        )
        if place:
            page.locator("#nis_code").select_option(place)
        self.crowd.press(page, "Maak een link")
        link = page.locator("#link").input_value()
        self.crowd.press(page, "Klaar")
        return link

    def all_of_it(self) -> None:
        """From the first link to the last look."""
        crowd, town = self.crowd, self.town
        administrator = self.accept(first_link(town))
        self.enrol(administrator)
        crowd.press(administrator, "Accounts beheren")
        for_officer = self.invite(administrator, "An Peeters", "an@leuven.example", "officer", OWN)
        for_coach = self.invite(administrator, "Carla Coach", "carla@steun.example", "coach")
        for tab in ("Clusters", "KBO-nummers", "Samengevat", "Wat er draait"):
            crowd.press(administrator, tab)

        officer = self.accept(for_officer)
        self.begin(officer)
        coach = self.accept(for_coach)
        secret = self.enrol(coach)
        expect(coach.get_by_text("Nog geen gemeente liet u toe")).to_be_visible()

        contributor = self.accept(self.ask(officer))
        self.contribute(contributor)
        self.let_in(officer)
        self.finish(officer)
        self.read(coach)
        self.withdraw(officer)
        self.find_nothing(coach)
        self.read_log(officer)
        self.come_and_go(coach, secret)
        self.end_elsewhere(officer)

    def begin(self, officer: Page) -> None:
        """Begin an evaluation of the own municipality, and answer a page."""
        crowd = self.crowd
        crowd.press(officer, "Nieuwe zelfevaluatie")
        expect(officer.locator("h1")).to_have_text("Klopt dit voor Leuven?")
        officer.locator("#cluster-5").check()
        crowd.press(officer, "Klopt, begin")
        self.overview = officer.url
        crowd.press(officer, "Structuur")
        officer.locator("#livcr_presence-yes_municipal").check()
        crowd.press(officer, "Bewaren en verder")

    def ask(self, officer: Page) -> str:
        """Ask a member of the LIVC-R for a view; the link for her."""
        self.crowd.go(officer, self.overview)
        self.crowd.press(officer, "Leden van de LIVC-R om hun kijk vragen")
        link = self.invite(officer, "Cas Claes", "cas@school.example", "schools")
        expect(officer.locator(".rows li")).to_contain_text("Cas Claes · uitgenodigd")
        return link

    def contribute(self, contributor: Page) -> None:
        """Answer a page and finish."""
        crowd = self.crowd
        expect(contributor.get_by_text("Uw gemeente vraagt hoe u de LIVC-R ziet")).to_be_visible()
        follow(contributor.get_by_role("link", name="Verdergaan"))
        crowd.look(contributor)
        expect(contributor.get_by_text("anoniem is dit niet")).to_be_visible()
        crowd.press(contributor, "Structuur")
        question = contributor.locator("fieldset:visible").filter(has=contributor.locator("input"))
        question.first.locator("input").first.check()
        crowd.press(contributor, "Bewaren en later verder")
        crowd.press(contributor, "Nakijken en afronden")
        crowd.press(contributor, "Afronden")
        expect(contributor.get_by_role("status")).to_contain_text("Uw kijk is bewaard")
        assert self.overview not in contributor.content()

    def let_in(self, officer: Page) -> None:
        """Let the coach in."""
        crowd = self.crowd
        follow(officer.get_by_role("link", name="Onze gemeente"))
        crowd.look(officer)
        crowd.press(officer, "Coaches")
        officer.locator("#coach").select_option(label="Carla Coach")
        crowd.press(officer, "Toelaten")
        expect(officer.get_by_text("Leest mee sinds")).to_be_visible()

    def finish(self, officer: Page) -> None:
        """Finish what was begun."""
        self.crowd.go(officer, f"{self.overview}/check")
        self.crowd.press(officer, "Afronden en verslag bekijken")

    def read(self, coach: Page) -> None:
        """Read what the coach was let in to, on pages that offer nothing that she may not do."""
        crowd = self.crowd
        crowd.go(coach, "/")
        crowd.press(coach, "Bekijk het verslag – Leuven")
        changes_nothing(coach, crowd.url)
        crowd.press(coach, "Naar het actieplan")
        changes_nothing(coach, crowd.url)
        crowd.go(coach, self.overview)
        changes_nothing(coach, crowd.url)

    def withdraw(self, officer: Page) -> None:
        """Let the coach in no longer."""
        self.crowd.go(officer, "/municipality/coaches")
        self.crowd.press(officer, "Niet langer toelaten – Carla Coach")
        expect(officer.get_by_text("Geen coach leest mee.")).to_be_visible()

    def find_nothing(self, coach: Page) -> None:
        """Be out at once."""
        self.crowd.go(coach, f"{self.overview}/results")
        expect(coach.locator("h1")).to_have_text("Deze pagina is er niet")
        self.crowd.press(coach, "Start")
        assert "Leuven" not in coach.content()

    def read_log(self, officer: Page) -> None:
        """See in the log what the coach read."""
        self.crowd.press(officer, "Naar onze gemeente")
        self.crowd.press(officer, "Logboek")
        read = officer.locator(".log li").filter(has_text="las resultaten of actieplan")
        expect(read.first).to_contain_text("Carla Coach (coach)")
        for path in ("/municipality/colleagues", "/municipality/delete"):
            self.crowd.go(officer, path)

    def come_and_go(self, coach: Page, secret: str) -> None:
        """Sign out, and in again with a password and a code."""
        follow(coach.get_by_role("button", name="Afmelden"))
        self.crowd.look(coach)
        expect(coach.get_by_role("status")).to_have_text("U bent afgemeld.")
        self.town.clock.forward(minutes=1)
        self.crowd.sign_in(coach, "carla@steun.example", "een ander wachtwoord")
        expect(coach.locator(".errors")).to_contain_text("horen niet samen")
        self.crowd.sign_in(coach, "carla@steun.example")
        self.crowd.send(coach, "Aanmelden", code="000000")
        expect(coach.locator(".errors")).to_contain_text("Deze code klopt niet")
        self.crowd.send(coach, "Aanmelden", code=code_at(secret, self.town.clock.at))
        expect(coach.locator("h1")).to_have_text("Uw gemeenten")
        self.crowd.go(coach, "/account/second-factor/replace")

    def end_elsewhere(self, officer: Page) -> None:
        """See where one is signed in, and end that."""
        elsewhere = self.crowd.newcomer()
        self.crowd.sign_in(elsewhere, "an@leuven.example")
        self.crowd.go(officer, "/account")
        expect(officer.get_by_text("Hier: Chrome, ")).to_be_visible()
        elsewhere_too = officer.get_by_text("Elders: Chrome, ")
        expect(elsewhere_too).to_have_count(1)
        self.crowd.send(officer, "Daar afmelden", session_password=PASSWORD)
        expect(elsewhere_too).to_have_count(0)
        self.crowd.go(elsewhere, "/account")
        assert elsewhere.url.endswith("/sign-in")


def first_link(town: Town) -> str:
    """The link of the first administrator, as the command on the server makes it."""
    made = town.held.store.accounts.create(
        address="beheer@steun.example",
        name="Karel Beheer",
        role=Role.ADMINISTRATOR,
        nis_code=None,
        at=town.clock.at,
    )
    token = new_token()
    town.held.store.accounts.make_link(
        made.id, LinkPurpose.INVITATION, digest(token), town.clock.at
    )
    return link_with(address_of(town), token)


def changes_nothing(page: Page, url: str) -> None:
    """The only thing that can be changed on a page is being signed in."""
    forms = page.locator("form[method=post]").evaluate_all("forms => forms.map(f => f.action)")
    assert set(forms) <= {f"{url}/sign-out"}, page.url


def test_everybody_does_their_part_and_no_more(
    chromium: Browser, town: Town, axe_source: str
) -> None:
    # On a telephone: what fits there fits on a desk, where test_administration looks.
    crowd = Crowd(chromium, address_of(town), on_small_screens(looker(axe_source)), 390)
    Walk(town, crowd).all_of_it()
    assert crowd.complaints == []


def test_everybody_does_their_part_without_javascript(chromium: Browser, town: Town) -> None:
    def look(page: Page) -> None:
        assert page.locator("h1").count() == 1, page.url

    Walk(town, Crowd(chromium, address_of(town), look, scripts=False)).all_of_it()


_LAID_OUT = """() => {
  const boxes = [...document.querySelectorAll(".codes li")].map((li) => {
    const range = document.createRange();
    range.selectNodeContents(li);
    return { own: li.getBoundingClientRect(), text: range.getBoundingClientRect(),
             lines: new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size };
  });
  const held = document.querySelector(".codes").getBoundingClientRect();
  return {
    wide: boxes.filter((b) => b.text.left < b.own.left - 0.5 || b.text.right > b.own.right + 0.5
                           || b.own.right > held.right + 0.5).length,
    broken: boxes.filter((b) => b.lines !== 1).length,
    over: boxes.filter((b, i) => boxes.slice(0, i).some(({ text }) =>
      b.text.top < text.bottom - 0.5 && text.top < b.text.bottom - 0.5
        && b.text.left < text.right - 0.5 && text.left < b.text.right - 0.5)).length,
    aside: document.documentElement.scrollWidth > innerWidth,
    small: Math.min(...[...document.querySelectorAll(".codes code")].map((c) =>
      parseFloat(getComputedStyle(c).fontSize))),
  };
}"""
"""How the recovery codes lie on the page: how many are wider than their box, take more than one
line, or lie over another; and whether there is anything to scroll sideways for."""


def lies_well(page: Page) -> None:
    """Every recovery code is on a line of its own, within its box, in letters that can be read."""
    found = page.evaluate(_LAID_OUT)
    assert found.pop("small") >= 12.5, page.viewport_size
    assert set(found.values()) == {0}, (page.viewport_size, found)


def test_recovery_codes_can_be_read_on_every_screen_and_on_paper(crowd: Crowd, town: Town) -> None:
    who = town.person(Role.COACH, address="carla@steun.example")
    page = crowd.newcomer()
    crowd.sign_in(page, who.address)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    expect(page.get_by_role("link", name="Open in de app op dit toestel")).to_be_visible()
    crowd.send(page, "Klaar, zet het slot aan", code=code_at(secret, town.clock.at))
    codes = page.locator(".codes li").all_inner_texts()
    assert len(set(codes)) == 10
    for width in (320, 390, 600, 768, 1200):
        page.set_viewport_size({"width": width, "height": 844})
        lies_well(page)
    page.emulate_media(media="print")
    # As wide as A4 with its margins, and narrower.
    for width in (642, 320):
        page.set_viewport_size({"width": width, "height": 844})
        lies_well(page)
    page.emulate_media(media="screen")
    # Loaded again, in the other language and back: the same codes.
    page.reload()
    assert page.locator(".codes li").all_inner_texts() == codes
    follow(page.get_by_role("link", name="English"))
    assert page.locator(".codes li").all_inner_texts() == codes
    crowd.press(page, "I have kept them")
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    assert not [code for code in codes if code in page.content()]


def test_a_link_to_hand_over_is_copied(crowd: Crowd, town: Town) -> None:
    town.person(Role.OFFICER, address="an@leuven.example")
    page = crowd.newcomer()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    crowd.sign_in(page, "an@leuven.example")
    crowd.go(page, "/municipality/colleagues")
    page.locator("#role").select_option("chair")
    crowd.send(page, "Maak een link", name="Bo", address="bo@leuven.example")
    page.get_by_role("button", name="Kopiëren").click()
    expect(page.get_by_role("status").last).to_have_text("De link is gekopieerd.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#link").input_value()
    assert copied.startswith(f"{crowd.url}/link#")


# --- a session that ends while somebody types


@pytest.fixture
def officer(town: Town) -> Account:
    return town.person(Role.OFFICER, address="an@leuven.example")


def typing(crowd: Crowd, town: Town, officer: Account) -> Page:
    """An officer who is on a page of questions."""
    page = crowd.newcomer()
    crowd.sign_in(page, officer.address)
    crowd.go(page, f"/evaluations/{town.evaluation().id}/sections/situation/1")
    return page


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile("^Bewaard op"))


def answers_of(town: Town, page: Page) -> dict[str, object]:
    id_ = page.url.split("/evaluations/")[1].partition("/")[0]
    return dict(town.held.evaluations.get(id_).answers.values)


def sign_in_beside(page: Page, officer: Account, open_tab: Callable[[], None]) -> None:
    """Sign in in another tab of the same browser."""
    with page.context.expect_page() as opened:
        open_tab()
    tab = opened.value
    tab.locator("#address").fill(officer.address)
    tab.locator("#password").fill(PASSWORD)
    follow(tab.get_by_role("main").get_by_role("button", name="Aanmelden"))
    tab.close()


def test_a_session_that_ended_elsewhere_loses_nothing_that_was_typed(
    crowd: Crowd, town: Town, officer: Account, axe_source: str
) -> None:
    page, elsewhere = typing(crowd, town, officer), crowd.newcomer()
    page.locator("#polarisation_signals-no").check()
    saved(page)
    crowd.sign_in(elsewhere, officer.address)
    crowd.go(elsewhere, "/account")
    crowd.send(elsewhere, "Daar afmelden", session_password=PASSWORD)

    page.locator("#specific_policy-yes").check()
    status = page.locator("#saved")
    expect(status).to_contain_text("u bent niet meer aangemeld")
    page.locator("#note-specific_policy summary").click()
    page.locator("#field-note-specific_policy").fill("Getypt zonder sessie.")
    looker(axe_source)(page)
    assert answers_of(town, page) == {"polarisation_signals": "no"}

    # Leaving by a link is held up as well, and by the button.
    page.get_by_role("link", name="Naar het overzicht").click()
    page.locator("button[name=next]").click()
    expect(status).to_contain_text("u bent niet meer aangemeld")
    expect(page.locator("#field-note-specific_policy")).to_have_value("Getypt zonder sessie.")

    sign_in_beside(page, officer, status.get_by_role("link").click)
    page.evaluate("dispatchEvent(new Event('focus'))")
    saved(page)
    assert answers_of(town, page) == {"polarisation_signals": "no", "specific_policy": "yes"}
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))


def an_hour_later(town: Town, page: Page) -> None:
    """Let an hour go by, here and in the browser."""
    town.clock.forward(minutes=61)
    page.clock.run_for("01:01:00")


def test_a_page_leaves_the_screen_when_its_session_is_over(
    crowd: Crowd, town: Town, officer: Account
) -> None:
    page = crowd.newcomer()
    page.clock.install()
    crowd.sign_in(page, officer.address)
    path = f"/evaluations/{town.evaluation().id}/sections/situation/1"
    crowd.go(page, f"{path}#main")
    # What was saved keeps nobody here.
    page.locator("#polarisation_signals-no").check()
    page.clock.run_for("00:05")
    saved(page)
    an_hour_later(town, page)
    page.wait_for_url("**/sign-in")
    crowd.send(page, "Aanmelden", address=officer.address, password=PASSWORD)
    assert page.url.endswith(path)


def test_a_page_stays_while_another_uses_its_session(
    crowd: Crowd, town: Town, officer: Account
) -> None:
    page = crowd.newcomer()
    page.clock.install()
    crowd.sign_in(page, officer.address)
    town.clock.forward(minutes=50)
    beside = page.context.new_page()
    crowd.go(beside, "/account")
    (before,) = town.held.store.sessions.of(officer.id)
    town.clock.forward(minutes=11)
    with page.expect_response(lambda answer: answer.request.method == "HEAD") as asked:
        page.clock.run_for("01:01:00")
    assert asked.value.status == 200
    assert town.held.store.sessions.of(officer.id) == (before,)
    expect(page.locator("h1")).to_have_text("Hoe werkt uw LIVC-R?")
    town.clock.forward(minutes=50)
    page.clock.run_for("00:06:00")
    page.wait_for_url("**/sign-in")


def test_what_was_typed_and_not_sent_stays_on_the_screen(
    crowd: Crowd, town: Town, officer: Account
) -> None:
    page = crowd.newcomer()
    page.clock.install()
    crowd.sign_in(page, officer.address)
    crowd.go(page, "/municipality/colleagues")
    page.locator("#name").fill("Half getypt")
    an_hour_later(town, page)
    page.wait_for_timeout(300)
    expect(page.locator("#name")).to_have_value("Half getypt")


def test_who_signed_in_again_in_another_tab_just_goes_on(
    crowd: Crowd, town: Town, officer: Account
) -> None:
    page = typing(crowd, town, officer)
    town.held.store.sessions.end_all(officer.id)
    sign_in_beside(page, officer, lambda: page.evaluate("() => { open('/sign-in'); }"))
    page.locator("#specific_policy-yes").check()
    saved(page)
    assert answers_of(town, page) == {"specific_policy": "yes"}


def test_without_javascript_what_was_sent_can_be_sent_again(
    crowd: Crowd, town: Town, officer: Account
) -> None:
    crowd.scripts = False
    page = typing(crowd, town, officer)
    page.locator("#specific_policy-yes").check()
    page.locator("#note-specific_policy summary").click()
    page.locator("#field-note-specific_policy").fill("Een lange\ntoelichting.")
    town.held.store.sessions.end_all(officer.id)
    follow(page.locator("button[name=next]"))
    expect(page.locator("h1")).to_have_text("Meld u opnieuw aan")
    link = page.get_by_role("main").get_by_role("link", name=re.compile("nieuw tabblad"))
    sign_in_beside(page, officer, link.click)
    crowd.press(page, "Ik ben aangemeld: bewaar en ga verder")
    # What was asked goes on: it is saved, and the next page is there.
    assert page.url.endswith("structure/1")
    assert answers_of(town, page) == {"specific_policy": "yes"}
