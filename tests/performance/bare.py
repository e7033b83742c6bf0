"""The ceiling of the pages: a bare Flask application with the same pages as plain Jinja.

No session, no token, no store read, nothing decided: everything on a page is at hand as plain
text before it is asked for. What is posted is read as a form and written to SQLite with
``synchronous=FULL``, as safely as the store does it.
"""

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from evaltool.catalogue import Catalogue
from evaltool.domain.answers import Answers, rankable, state
from evaltool.domain.language import Texts
from evaltool.domain.questionnaire import Kind, Question
from evaltool.web.walk import Stop, stops

Data = Mapping[str, object]

WORDS = (
    *("name", "skip", "other_language", "pages_nav", "back_to_overview", "footer"),
    *("saving", "offline", "refused", "unsaved", "appeared", "no_rank", "other_text"),
    *("note_add", "note_help", "next", "later", "previous"),
)
"""The fixed words of a page, by the last part of their key."""


def bare_app(pages: Sequence[Data], database: Path) -> Flask:
    """An application with ``pages`` at ``/pages/0``, ``/pages/1`` and so on.

    Each can be posted: that is kept in ``database`` and leads to the next page, from the last to
    the first. ``words`` stand on every page.
    """
    app = Flask("tests.performance")
    held = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(held, "connection"):
            held.connection = _opened(database)
        opened: sqlite3.Connection = held.connection
        return opened

    @app.get("/pages/<int:number>")
    def show(number: int) -> str:
        return render_template("page.html", page=pages[number], words=pages[number]["words"])

    @app.post("/pages/<int:number>")
    def save(number: int) -> AnyResponse:
        text = json.dumps(request.form.to_dict(flat=False), ensure_ascii=False)
        kept = connection()
        kept.execute("BEGIN IMMEDIATE")
        kept.execute("INSERT OR REPLACE INTO pages (id, answers) VALUES (?, ?)", [number, text])
        kept.execute("COMMIT")
        return redirect(f"/pages/{(number + 1) % len(pages)}", 303)

    @app.get("/")
    def index() -> Response:
        return Response("ready")

    return app


def _opened(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE IF NOT EXISTS pages (id INTEGER PRIMARY KEY, answers TEXT)")
    return connection


def bare_pages(catalogue: Catalogue, answers: Answers, municipality: str) -> list[Data]:
    """Every page of the walk that these answers lead along, as plain text."""
    t = catalogue.in_language("nl")
    words = {key: _word(t, key) for key in WORDS}
    words["glossary"] = t("glossary.title")
    words["dont_know"] = t.of(catalogue.questionnaire.dont_know)
    return [
        {**_page(catalogue, t, answers, here, municipality, number), "words": words}
        for number, here in enumerate(stops(catalogue.questionnaire, answers))
    ]


def _word(t: Texts, key: str) -> str:
    return t(f"section.{key}") if f"section.{key}" in t else t(f"common.{key}")


def _page(
    catalogue: Catalogue, t: Texts, answers: Answers, here: Stop, municipality: str, number: int
) -> Data:
    questionnaire = catalogue.questionnaire
    tasks = [
        {
            "title": t.of(section.title),
            "address": f"/pages/{number}",
            "state": t(f"overview.{state(questionnaire, answers, section.id)}"),
            "here": section is here.section,
        }
        for section in questionnaire.sections
    ]
    return {
        "stop": here,
        "title": t.of(here.section.title),
        "place": t("section.page_of", number=here.number, pages=len(here.section.pages)),
        "intro": t.of(here.section.intro),
        "municipality": municipality,
        "address": f"/pages/{number}",
        "overview": "/",
        "saved": t("section.saved", moment="23 november 2026, 09.00"),
        "questions": [_question(catalogue, t, answers, question) for question in here.questions],
        "tasks": tasks,
    }


def _question(catalogue: Catalogue, t: Texts, answers: Answers, question: Question) -> Data:
    questionnaire = catalogue.questionnaire
    held = answers.values.get(question.id, ())
    options = [
        {"id": o.id, "label": t.of(o.label), "help": t.of(o.help) if o.help else ""}
        for o in question.options
    ]
    options.append({"id": "dont_know", "label": t.of(questionnaire.dont_know), "help": ""})
    ranks = [
        {
            "number": rank,
            "label": t("section.rank", number=rank),
            "held": held[rank - 1] if isinstance(held, tuple) and len(held) >= rank else "",
        }
        for rank in range(1, (question.at_most or 0) + 1)
    ]
    ranked = rankable(questionnaire, question, answers) if question.kind is Kind.RANKING else ()
    several = " " + t("section.several") if question.kind is Kind.MULTI else ""
    return {
        "id": question.id,
        "kind": question.kind.value,
        "text": t.of(question.text),
        "help": t.of(question.help) + several,
        "options": options,
        "groups": _groups(catalogue, t, answers, question),
        "input": "checkbox" if question.kind is Kind.MULTI else "radio",
        "exclusive": " ".join(sorted(question.exclusive)),
        "ranks": ranks,
        "rankable": [
            (code, t.of(questionnaire.option_label(*code.split(":", 1)))) for code in ranked
        ],
        "other": answers.other_text.get(question.id, ""),
        "other_label": t("section.other_text_for", question=t.of(question.text)),
        "note": answers.notes.get(question.id, ""),
        "note_label": t("section.note_for", question=t.of(question.text)),
    }


def _groups(catalogue: Catalogue, t: Texts, answers: Answers, question: Question) -> Sequence[Data]:
    """The radio groups of a question: one, or one for each form that a trend asks about."""
    held = answers.values.get(question.id, ())
    if question.kind is not Kind.TREND:
        chosen = (held,) if isinstance(held, str) else tuple(held)
        return [{"id": question.id, "name": question.id, "legend": "", "held": chosen}]
    source = catalogue.questionnaire.by_id[question.sources[0]]
    given = held if isinstance(held, Mapping) else {}
    return [
        {
            "id": f"{question.id}-{form.id}",
            "name": f"{question.id}:{form.id}",
            "legend": t("section.trend_for", form=t.of(form.label)),
            "held": (given.get(form.id, ""),),
        }
        for form in source.options
        if form.id in answers.chosen(source.id)
    ]
