"""Pieces of a page of questions that are kept as they were drawn last.

Of a page that is looked at again most questions hold what they held before. What somebody typed
is never kept, and neither is a question with something wrong: those are drawn each time. Each
piece is kept under all that it shows, so that it cannot be stale.
"""

from functools import lru_cache

from flask import Flask, current_app, request

from evaltool.domain.answers import SectionState
from evaltool.domain.language import Language
from evaltool.web.context import language, services, texts
from evaltool.web.explaining import add, apart, forget, seen
from evaltool.web.pages import QuestionView, SectionPage
from evaltool.web.questions import wording

KEPT = 256
"""Most pieces of a kind that are kept: all questions in both languages a few times over. With the
lists of places that is about 1.5 MiB."""

Place = tuple[str, SectionState, int]
"""A section in the list beside a page: its id, how far it is, and the page where it begins."""


def install(app: Flask) -> None:
    """Give templates the functions that draw the pieces."""
    app.add_template_global(drawn, "drawn")
    app.add_template_global(drawn_places, "drawn_places")


def drawn(view: QuestionView) -> str:
    """A question as HTML; words of the glossary become buttons as on the rest of the page."""
    draw = kept if view.bare else _draw
    html, marked = draw(services().catalogue.fingerprint, language(), view, seen())
    add(marked)
    if view.conditional:
        # A question that may be hidden does not explain a word for the next.
        forget()
    return html


def _draw(
    _content: str, _language: Language, view: QuestionView, before: frozenset[str]
) -> tuple[str, tuple[str, ...]]:
    """The HTML, and the words of the glossary that are explained in it."""
    questionnaire = services().catalogue.questionnaire
    question = questionnaire.by_id[view.id]
    template = current_app.jinja_env.get_template("question.html")
    words = wording()

    def draw() -> str:
        return template.render(
            t=texts(),
            view=view,
            question=question,
            dont_know=questionnaire.dont_know,
            route=words.route(question) if view.conditional else "",
            choices=words.choices(question, view.choices),
        )

    return apart(draw, before)


kept = lru_cache(maxsize=KEPT)(_draw)


def drawn_places(page: SectionPage) -> str:
    """The list of sections beside a page, each with the way to it."""
    return kept_places(
        services().catalogue.fingerprint,
        language(),
        request.script_root,
        page.evaluation.id,
        page.stop.section.id,
        tuple((task.section.id, task.state, task.first_page) for task in page.tasks),
    )


@lru_cache(maxsize=KEPT)
def kept_places(
    _content: str, _language: Language, _root: str, id_: str, here: str, places: tuple[Place, ...]
) -> str:
    """The list for an evaluation, as seen from one of its sections."""
    return current_app.jinja_env.get_template("places.html").render(
        t=texts(),
        id_=id_,
        here=here,
        places=places,
        sections=services().catalogue.questionnaire.section_by_id,
    )
