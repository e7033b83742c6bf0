"""The glossary: all words with their explanation and what it rests on."""

from flask import Blueprint, Response

from evaltool.domain.access import Permission
from evaltool.domain.language import date_text
from evaltool.domain.report import SourceView
from evaltool.domain.rules import Source
from evaltool.web.context import guarded, language, services, texts
from evaltool.web.pages import ExplainedTerm, GlossaryPage
from evaltool.web.rendering import render

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/glossary")
@guarded(Permission.USE)
def show() -> Response:
    """Every term, in the alphabetical order of the language."""
    catalogue = services().catalogue
    known = catalogue.rulebook.sources
    terms = tuple(
        ExplainedTerm(term, tuple(_view(known[id_]) for id_ in term.sources))
        for term in catalogue.glossary.alphabetical(language())
    )
    return render(GlossaryPage(title=texts()("glossary.title"), terms=terms))


def _view(source: Source) -> SourceView:
    """A source as in reports; what it states is told by the explanation itself."""
    t = texts()
    read = "" if source.read is None else date_text(source.read, t.language)
    return SourceView(
        title=t.of(source.title),
        publisher=", ".join(part for part in (t.of(source.publisher), source.year) if part),
        where=source.where,
        statement=t("report.read_on", day=read) if read else "",
    )
