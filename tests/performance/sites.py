"""The application with an evaluation in it, and the bare one beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from evaltool.catalogue import Catalogue, loaded
from evaltool.domain.answers import Answers
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.questionnaire import Questionnaire
from evaltool.store import Store, keep_document
from evaltool.web import create_app
from evaltool.web.context import Services
from evaltool.web.walk import Stop, stops
from tests.browsing import filled
from tests.golden import document_of
from tests.performance.bare import Data, bare_app, bare_pages
from tests.performance.calling import Caller, Fields

GOLDEN = "city-anchored"
"""The municipality that is measured: of the golden ones that with the most charts."""


_EVERY = 2
_NOTE = "Nota {}: dit punt staat op de agenda van het overleg in het voorjaar."


def answered(catalogue: Catalogue, name: str = GOLDEN) -> Answers:
    """The answers of a golden municipality, with a note at every second question.

    What is typed is never kept to be shown again: without it a page would be faster than most are.
    """
    answers = document_of(catalogue, name).answers
    noted = {id_: _NOTE.format(place) for place, id_ in enumerate(answers.values)}
    chosen = dict(list(noted.items())[::_EVERY])
    return replace(answers, notes={**chosen, **answers.notes})


@dataclass(frozen=True)
class Site:
    """Both applications: ``ours`` with an open and a finished evaluation, and the ``bare`` one.

    ``pages`` are those of the bare one, in the order of the walk, ``stops`` the same ones of ours.
    """

    catalogue: Catalogue
    store: Store
    app: Flask
    ours: Caller
    bare: Caller
    open: Evaluation
    finished: Evaluation
    pages: list[Data]
    stops: list[Stop]

    def address(self, place: int) -> str:
        """The address of a page of the walk in the open evaluation."""
        return section_address(self.open.id, self.stops[place])


def section_address(id_: str, here: Stop) -> str:
    """The address of a page of questions."""
    return f"/evaluations/{id_}/sections/{here.section.id}/{here.number}"


def kept(store: Store, catalogue: Catalogue, *, finish: bool) -> Evaluation:
    """A new evaluation with the answers of :data:`GOLDEN` and notes."""
    document = replace(document_of(catalogue, GOLDEN), answers=answered(catalogue))
    now = datetime.now(UTC)
    made = keep_document(store.evaluations, catalogue.questionnaire, document, now)
    if finish:
        return store.evaluations.finish(made.id, at=now, content=catalogue.fingerprint)
    return made


@contextmanager
def opened(folder: Path | None = None) -> Iterator[Site]:
    """Both applications in a folder, by default one that is removed afterwards."""
    with TemporaryDirectory() as temporary:
        place = Path(temporary) if folder is None else folder
        app = create_app({"INSTANCE": place / "instance"})
        held: Services = app.extensions["evaltool"]
        catalogue = loaded()
        evaluation = kept(held.store, catalogue, finish=False)
        municipality = catalogue.register.known(evaluation.nis_code).name
        pages = bare_pages(catalogue, evaluation.answers, municipality)
        try:
            yield Site(
                catalogue=catalogue,
                store=held.store,
                app=app,
                ours=Caller(app),
                bare=Caller(bare_app(pages, place / "bare.sqlite")),
                open=evaluation,
                finished=kept(held.store, catalogue, finish=True),
                pages=pages,
                stops=list(stops(catalogue.questionnaire, evaluation.answers)),
            )
        finally:
            held.store.close()


def posted(here: Stop, questionnaire: Questionnaire, answers: Answers, note: str = "") -> Fields:
    """What a browser sends for a page with these answers, a note at its first question with it."""
    fields = filled(here, questionnaire, answers)
    if note and here.questions:
        fields[f"note:{here.questions[0].id}"] = note
    return [(name, value) for name, held in fields.lists() for value in held]
