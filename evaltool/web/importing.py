"""Files of answers that come in: read all of them, say what became of them."""

from collections.abc import Iterator, Sequence

from flask import url_for

from evaltool.domain.document import Document, read
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.language import listing
from evaltool.domain.validation import Refused
from evaltool.domain.wording import Refusals
from evaltool.web.context import services, texts
from evaltool.web.files import has_ending
from evaltool.web.questions import kinds_of, wording
from evaltool.web.rendering import tell

_MOST_NAMED = 20
"""A message travels in a cookie, which holds little."""


def read_all(files: Sequence[tuple[str, bytes]]) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """The documents in files given with their names, and what is wrong with any of them.

    Where there are several, each sentence names its file.
    """
    held = services().catalogue
    refusals = Refusals(wording(), codes=True)
    documents: list[Document] = []
    problems: list[str] = []
    for name, raw in files:
        if not has_ending(name, ".json"):
            problems.append(texts()("start.import_name", name=name))
            continue
        try:
            documents.append(read(raw, held.questionnaire, services().register))
        except Refused as refused:
            found = [refusals.sentence(problem) for problem in refused.problems]
            problems += [f"{name}: {line}" for line in found] if len(files) > 1 else found
    return tuple(documents), tuple(problems)


def tell_imported(kept: Sequence[Evaluation], documents: Sequence[Document]) -> None:
    """Say whose answers came in, and which of them seem to hold data of persons."""
    t = texts()
    tell(t("start.imported", municipality=_names(documents)))
    suspect = [
        (evaluation, document)
        for evaluation, document in zip(kept, documents, strict=True)
        if kinds_of(*_written(document))
    ]
    if not suspect:
        return
    kinds = kinds_of(*(text for _, document in suspect for text in _written(document)))
    names = _names([document for _, document in suspect])
    link = ("", "")
    if len(suspect) == 1:
        link = (url_for("finishing.check", id_=suspect[0][0].id), t("warning.look"))
    tell(t("start.imported_warning", municipality=names, kinds=kinds), *link)


def _written(document: Document) -> Iterator[str]:
    """Every text that somebody typed."""
    yield from document.answers.notes.values()
    yield from document.answers.other_text.values()
    for action in document.actions:
        yield from (action.title, action.owner, action.remark)


def _names(documents: Sequence[Document]) -> str:
    t = texts()
    names = list(dict.fromkeys(document.municipality.name for document in documents))
    more = len(names) - _MOST_NAMED
    if more > 1:
        names = [*names[:_MOST_NAMED], t("start.imported_more", number=more)]
    return listing(names, t("report.and"))
