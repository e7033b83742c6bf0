"""Pieces of a page of questions that are kept as they were drawn last.

A question looks the same for everybody who is asked it. It is drawn once, with gaps for what
differs: which options are ticked, what was typed, whether a note is open. What somebody answered
or typed is filled in each time and never kept. A question with something wrong is drawn anew. Each
piece is kept under all else that it shows, so that it cannot be stale.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, request
from markupsafe import Markup, escape

from evaltool.domain.answers import SectionState
from evaltool.domain.language import Language
from evaltool.domain.questionnaire import Kind
from evaltool.web.carrying import Mark
from evaltool.web.context import language, services, texts
from evaltool.web.explaining import add, apart, forget, seen
from evaltool.web.pages import QuestionView, SectionPage
from evaltool.web.questions import wording

KEPT = 256
"""Most pieces of a kind that are kept: all questions in both languages a few times over. With the
lists of places that is about 1.5 MiB."""

_GAP = "\ue000"
"""Around the name of a gap: a code point that no sentence of ours holds."""
_GAPS = re.compile(f"{_GAP}([^{_GAP}]*){_GAP}")
_NAMED = Markup(f"{_GAP}{{}}{_GAP}")  # noqa: S704
_HIDDEN = Markup('<input type="hidden" name="{}:{}" value="{}">')
_SOME_MARK = Mark("", confirmed=False)

Piece = tuple[tuple[str, ...], tuple[str, ...]]
"""HTML and names of gaps in turn, and the words of the glossary that are explained in it."""
Place = tuple[str, SectionState, int]
"""A section in the list beside a page: its id, how far it is, and the page where it begins."""


def install(app: Flask) -> None:
    """Give templates the functions that draw the pieces."""
    app.add_template_global(drawn, "drawn")
    app.add_template_global(drawn_choices, "drawn_choices")
    app.add_template_global(drawn_places, "drawn_places")


def drawn(view: QuestionView) -> str:
    """A question as HTML; words of the glossary become buttons as on the rest of the page."""
    return _filled("question.html", view)


def drawn_choices(view: QuestionView) -> str:
    """What is asked and the choices alone, without a place for a note."""
    return _filled("questions/fieldset.html", view)


def _filled(template: str, view: QuestionView) -> str:
    draw: Callable[..., Piece] = _draw if view.error else kept
    outline = replace(
        view, held=(), other_text="", note="", warning="", mark=view.mark and _SOME_MARK
    )
    parts, marked = draw(services().catalogue.fingerprint, language(), template, outline, seen())
    add(marked)
    if view.conditional:
        # A question that may be hidden does not explain a word for the next.
        forget()
    held = _held_in(view)
    shown = list(parts)
    # Every second part is the name of a gap.
    shown[1::2] = [held.get(name, "") for name in parts[1::2]]
    return "".join(shown)


def _held_in(view: QuestionView) -> Mapping[str, str]:
    """What fills the gaps of a question, as HTML; nothing where a gap is not among them."""
    t = texts()
    found: dict[str, str] = {
        ".other": escape(view.other_text),
        ".note": escape(view.note),
        ".open": " open" if view.note else "",
        ".summary": escape(t("section.note") if view.note else t("section.note_add")),
        ".warning": Markup("<p>{}</p>").format(view.warning) if view.warning else "",
    }
    if view.mark is not None:
        found[".since"] = escape(t("carrying.since", day=view.mark.day))
        found[".still"] = " checked" if view.mark.confirmed else ""
    match services().catalogue.questionnaire.by_id[view.id].kind:
        case Kind.RANKING:
            for number, code in enumerate(view.held, start=1):
                found[f"{number}:{code}"] = " selected"
        case Kind.TREND:
            trends = cast(tuple[tuple[str, str], ...], view.held)
            found.update((f"{form}:{trend}", " checked") for form, trend in trends)
            # What is held for a form that is not chosen now stays, for when it is chosen again.
            found[".unasked"] = Markup().join(
                _HIDDEN.format(view.id, form, trend)
                for form, trend in trends
                if form not in view.choices
            )
        case Kind.SINGLE | Kind.MULTI:
            codes = (view.held,) if isinstance(view.held, str) else view.held
            found.update((str(code), " checked") for code in codes)
    return found


def _draw(
    _content: str, _language: Language, name: str, outline: QuestionView, before: frozenset[str]
) -> Piece:
    """A question with gaps where its answer, note and mark are to stand."""
    questionnaire = services().catalogue.questionnaire
    question = questionnaire.by_id[outline.id]
    template = current_app.jinja_env.get_template(name)
    words = wording()

    def draw() -> str:
        return template.render(
            t=texts(),
            view=outline,
            question=question,
            gap=_NAMED.format,
            dont_know=questionnaire.dont_know,
            route=words.route(question) if outline.conditional else "",
            choices=words.choices(question, outline.choices),
        )

    html, marked = apart(draw, before)
    return tuple(_GAPS.split(html)), marked


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
