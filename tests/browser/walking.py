"""Somebody who goes through the questionnaire in a browser, and looks at every page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from evaltool.domain.answers import Answer, Answers
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire

SECTION = re.compile(r"/evaluations/[^/]+/sections/([a-z_]+/[0-9]+)$")


def follow(clickable: Locator) -> None:
    """Click what leads to another page, and wait until that page is there.

    A click alone does not wait: what comes next would still see the old page, or none.
    """
    with clickable.page.expect_navigation():
        clickable.click()


@dataclass
class Walker:
    """``look`` is called on every page that is opened; ``seen`` are the pages of questions."""

    page: Page
    url: str
    questionnaire: Questionnaire
    look: Callable[[Page], None] = lambda _: None
    seen: list[str] = field(default_factory=list)

    def begin(self, name: str, cluster: int | None = None) -> str:
        """From the start to a new evaluation of a municipality; the address of its overview."""
        self.page.goto(self.url)
        self.look(self.page)
        follow(self.page.get_by_role("link", name=re.compile("^(Nieuwe z|New s)elf")))
        self.look(self.page)
        self.page.locator("#name").fill(name)
        follow(self.page.locator("form.search button"))
        self.look(self.page)
        if cluster is not None:
            self.page.locator(f"#cluster-{cluster}").check()
        follow(self.page.locator("form[action='/evaluations/new'] button[type=submit]"))
        self.page.wait_for_url(re.compile("/evaluations/[^/]+$"))
        self.look(self.page)
        return self.page.url

    def answer_all(self, answers: Answers) -> None:
        """Answer every question, page after page, until there is nothing more to ask.

        A question without an answer among ``answers`` gets "weet ik niet".
        """
        while match := SECTION.search(self.page.url):
            self.seen.append(match.group(1))
            self.answer(answers)
            self.look(self.page)
            follow(self.page.locator("button[name=next]"))
            self.look(self.page)

    def answer(self, answers: Answers) -> None:
        """Answer the questions that this page shows."""
        for question in self.questionnaire:
            fieldset = self.page.locator(f"fieldset#{question.id}")
            if fieldset.count() and fieldset.is_visible():
                self._answer(question, answers.values.get(question.id))
                other = self.page.locator(f"#other-{question.id}")
                if question.id in answers.other_text and other.is_visible():
                    other.fill(answers.other_text[question.id])
                if question.id in answers.notes:
                    note = self.page.locator(f"#field-note-{question.id}")
                    if not note.is_visible():
                        self.page.locator(f"#note-{question.id} summary").click()
                    note.fill(answers.notes[question.id])

    def _answer(self, question: Question, value: Answer | None) -> None:
        match question.kind, value:
            case Kind.SINGLE | Kind.MULTI, None:
                self.page.locator(f"#{question.id}-{DONT_KNOW}").check()
            case Kind.SINGLE, str():
                self.page.locator(f"#{question.id}-{value}").check()
            case Kind.MULTI, tuple():
                for code in value:
                    self.page.locator(f"#{question.id}-{code}").check()
            case Kind.RANKING, _:
                for place, code in enumerate(value or (DONT_KNOW,), 1):
                    self.page.locator(f"#{question.id}-{place}").select_option(code)
            case Kind.TREND, _:
                held = value if isinstance(value, Mapping) else {}
                for fieldset in self.page.locator(f"#{question.id} fieldset").all():
                    first = fieldset.locator("input").first.get_attribute("name") or ""
                    form = first.split(":")[1]
                    code = held.get(form, DONT_KNOW)
                    self.page.locator(f"#{question.id}-{form}-{code}").check()

    def finish(self) -> None:
        """From the page of all answers to the results."""
        self.page.locator("form[action$='/finish'] button").click()
        self.page.wait_for_url(re.compile("/results$"))
        self.look(self.page)


_SMALL = (
    "[...document.querySelectorAll('button, .option, select, summary, textarea, a.button')]"
    ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)"
    ".map(e => e.outerHTML.slice(0, 200))"
)


def on_small_screens(look: Callable[[Page], None]) -> Callable[[Page], None]:
    """Looks at a page on a phone as well for what a finger cannot reach."""

    def look_closely(page: Page) -> None:
        look(page)
        assert page.evaluate(_SMALL) == [], page.url
        # At 320 px there is nothing to scroll sideways for (WCAG 1.4.10).
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        page.set_viewport_size({"width": 390, "height": 844})

    return look_closely


def looker(axe_source: str) -> Callable[[Page], None]:
    """Looks at a page with axe-core and fails with everything that it finds."""

    def look(page: Page) -> None:
        page.wait_for_load_state()
        page.evaluate(axe_source)
        found = page.evaluate("async () => (await axe.run()).violations")
        assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == [], page.url
        # Nothing to scroll sideways for, and a title that says where one is.
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        assert page.locator("h1").count() == 1, page.url

    return look
