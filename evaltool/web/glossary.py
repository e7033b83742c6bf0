"""The glossary: all words with their explanation and what it rests on."""

from flask import Blueprint, Response

from evaltool.domain.access import Permission
from evaltool.domain.library import source_view
from evaltool.web.context import language, services, texts
from evaltool.web.guard import guarded
from evaltool.web.pages import ExplainedTerm, GlossaryPage
from evaltool.web.rendering import render

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/glossary")
@guarded(Permission.PUBLIC)
def show() -> Response:
    """Every term, in the alphabetical order of the language."""
    catalogue = services().catalogue
    known = catalogue.rulebook.sources
    # What a source states is told by the explanation itself.
    terms = tuple(
        ExplainedTerm(
            term, tuple(source_view(known[id_], texts(), stated=False) for id_ in term.sources)
        )
        for term in catalogue.glossary.alphabetical(language())
    )
    return render(GlossaryPage(title=texts()("glossary.title"), terms=terms))
