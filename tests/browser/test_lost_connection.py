"""The server is gone while somebody types: nothing is lost, and she sees what is not saved yet."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from evaltool.domain.evaluation import Evaluation
from evaltool.web.context import Services
from tests.browser.walking import looker
from tests.browsing import begun
from tests.conftest import served

OFFLINE = re.compile("Nog niet bewaard: geen verbinding")
NOTE = "Een toelichting die nergens anders staat."


class Server:
    """A server that can be stopped, and started again at the same address."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.address = ""
        self._running = ExitStack()

    def start(self) -> None:
        """Begin to answer."""
        port = urlsplit(self.address).port or 0
        self.address = self._running.enter_context(served(lambda _: self.app, port)).url

    def stop(self) -> None:
        """Answer nobody any more."""
        self._running.close()

    def kept(self, path: str) -> Evaluation:
        """The evaluation at a path as it is kept."""
        held: Services = self.app.extensions["evaltool"]
        return held.evaluations.get(path.rsplit("/", 1)[-1])


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    made = Server(app)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def path(server: Server) -> str:
    """The path of a new evaluation."""
    return begun(server.app.test_client())


@pytest.fixture
def asked(page: Page) -> list[str]:
    """What the browser asked before it would leave the page; each time the answer is to stay."""
    kinds: list[str] = []

    def stay(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return kinds


def typed_in_vain(page: Page, server: Server, path: str) -> None:
    """Answers that cannot be saved, for the server is gone."""
    page.goto(f"{server.address}{path}/sections/situation/1")
    server.stop()
    page.locator("#specific_policy-yes").check()
    page.locator("#note-radicalisation_signals summary").click()
    page.locator("#field-note-radicalisation_signals").fill(NOTE)
    expect(page.locator("#saved")).to_have_text(OFFLINE)


def test_sending_the_page_waits_until_the_server_is_back(
    page: Page, server: Server, path: str
) -> None:
    typed_in_vain(page, server, path)
    for _ in range(2):
        # The sentence stands there already: it does not say that this one was tried.
        with page.expect_event("requestfailed"):
            page.locator("button[name=next]").click()
        expect(page.locator("#saved")).to_have_text(OFFLINE)
    assert page.url.endswith("situation/1")
    expect(page.locator("#field-note-radicalisation_signals")).to_have_value(NOTE)
    server.start()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))
    kept = server.kept(path).answers
    assert (kept.values, kept.notes) == (
        {"specific_policy": "yes"},
        {"radicalisation_signals": NOTE},
    )


def test_sending_before_anything_was_tried_waits_too(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.address}{path}/sections/situation/1")
    server.stop()
    page.locator("#specific_policy-yes").check()
    page.locator("button[name=next]").click()
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    expect(page.locator("#specific_policy-yes")).to_be_checked()
    server.start()
    page.locator("button[name=next]").click()
    page.wait_for_url(re.compile("structure/1$"))
    assert server.kept(path).answers.values == {"specific_policy": "yes"}


def test_reloading_asks_first(page: Page, server: Server, path: str, asked: list[str]) -> None:
    typed_in_vain(page, server, path)
    page.evaluate("() => { setTimeout(() => location.reload()); }")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#field-note-radicalisation_signals")).to_have_value(NOTE)


def test_closing_the_tab_asks_first(
    page: Page, server: Server, path: str, asked: list[str]
) -> None:
    typed_in_vain(page, server, path)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#field-note-radicalisation_signals")).to_have_value(NOTE)


def test_a_link_asks_first(page: Page, server: Server, path: str, asked: list[str]) -> None:
    typed_in_vain(page, server, path)
    link = page.get_by_role("link", name="Naar het overzicht")
    link.click()
    expect(page.locator("#saved")).to_have_text(OFFLINE)
    page.wait_for_timeout(300)
    link.click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#field-note-radicalisation_signals")).to_have_value(NOTE)


def test_what_is_saved_is_left_without_a_question(
    page: Page, server: Server, path: str, asked: list[str]
) -> None:
    page.goto(f"{server.address}{path}/sections/situation/1")
    page.locator("#specific_policy-yes").check()
    expect(page.locator("#saved")).to_have_text(re.compile("^Bewaard op"))
    page.reload()
    expect(page.locator("#specific_policy-yes")).to_be_checked()
    page.close(run_before_unload=True)
    assert asked == []


def test_each_question_says_that_its_answer_is_not_saved(
    page: Page, server: Server, path: str, axe_source: str
) -> None:
    typed_in_vain(page, server, path)
    marks = page.locator(".unkept")
    expect(marks).to_have_count(2)
    for mark in marks.all():
        expect(mark).to_have_text("Dit antwoord is nog niet bewaard.")
    for name in ("specific_policy", "radicalisation_signals"):
        question = page.locator(".question", has=page.locator(f"#note-{name}"))
        expect(question.locator(".unkept")).to_be_visible()
    # What is typed meanwhile is told at once.
    page.locator("#polarisation_signals-no").check()
    expect(marks).to_have_count(3)
    looker(axe_source)(page)
    server.start()
    expect(page.locator("#saved")).to_have_text(re.compile("^Bewaard op"), timeout=30_000)
    expect(marks).to_have_count(0)
    assert server.kept(path).answers.values == {
        "specific_policy": "yes",
        "polarisation_signals": "no",
    }
